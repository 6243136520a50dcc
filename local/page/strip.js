// The path of the order: each station lights up when the order reaches it, shows its milliseconds, and opens its tab.

import { duration, element } from "./dom.js";
import { STATIONS, kindOf, standing } from "./stations.js";

const WORDS = { idle: "not reached", active: "at work", waiting: "waiting", ok: "done", failed: "failed", unknown: "unknown" };

/** Draw the strip and keep it up to date; `open` is called with the station's tab. */
export function drawStrip(state, strip, open) {
  const parts = STATIONS.map((it) => {
    const { station, name, tab } = it;
    const role = `${it.role} · ${kindOf(it, state.workspace)}`;
    const title = element("span", { class: "station-name" }, name);
    const time = element("span", { class: "station-time" });
    const spoken = element("span", { class: "spoken" });
    const about = element("span", { class: "station-role" }, role);
    const press = element("button", { type: "button", click: () => open(tab) }, title, time, about, spoken);
    strip.append(element("li", {}, press));
    return { station, press, title, time, about, role, spoken };
  });
  state.subscribe(() => {
    const command = state.command();
    for (const { station, press, title, time, about, role, spoken } of parts) {
      if (station === "sender") {
        title.textContent = command?.event ? "Caller" : "Slack";
        about.textContent = command?.event ? "sends an event" : role;
      }
      const { state: now, ms } = standing(command?.steps ?? [], station);
      press.dataset.state = now;
      const after = station === "reply" && ms !== undefined ? element("span", { class: "after" }, "after ") : "";
      time.replaceChildren(after, ms === undefined ? "" : duration(ms));
      spoken.textContent = `, ${WORDS[now]}`;
    }
  });
}
