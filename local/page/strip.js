// The way of the order on top: each part lights up as the order passes, with its milliseconds, and opens its panel.

import { duration, element } from "./dom.js";

const STATIONS = [
  ["sender", "Slack", "Request in"],
  ["door", "Door", "Request in"],
  ["queue", "Queue", "Order"],
  ["recorder", "Recorder", "Logs"],
  ["rtc", "RTC", "RTC out"],
  ["reply", "Reply", "RTC answer"],
];
const WORDS = { idle: "not reached", active: "at work", waiting: "waiting", ok: "done", failed: "failed", unknown: "unknown" };

/** Keep the strip drawn; `open` is called with the tab that belongs to the part. */
export function drawStrip(state, strip, open) {
  const parts = STATIONS.map(([station, name, tab]) => {
    const title = element("span", { class: "station-name" }, name);
    const time = element("span", { class: "station-time" });
    const spoken = element("span", { class: "spoken" });
    const press = element("button", { type: "button", click: () => open(tab) }, title, time, spoken);
    strip.append(element("li", {}, press));
    return { station, press, title, time, spoken };
  });
  state.subscribe(() => {
    const command = state.command();
    for (const { station, press, title, time, spoken } of parts) {
      if (station === "sender") title.textContent = command?.event ? "Caller" : "Slack";
      const { state: now, ms } = standing(command?.steps ?? [], station);
      press.dataset.state = now;
      const after = station === "reply" && ms !== undefined ? element("span", { class: "after" }, "after ") : "";
      time.replaceChildren(after, ms === undefined ? "" : duration(ms));
      spoken.textContent = `, ${WORDS[now]}`;
    }
  });
}

/** The state of a station: that of its last step. Steps of a later check don't count once the order itself is done. */
function standing(steps, station) {
  const own = steps.filter((it) => it.station === station);
  const last = own.at(-1);
  if (!last) return { state: "idle" };
  if (last.ms === null) return { state: last.state, ms: last.state === "waiting" ? undefined : null };
  const first = own.filter((it) => !it.check).at(-1) ?? last;
  return { state: first.state, ms: station === "reply" ? first.offset + first.ms : first.ms };
}
