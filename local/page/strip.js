// The path of the order: each station lights up when the order reaches it, shows its milliseconds, and opens its tab.

import { duration, element } from "./dom.js";

const STATIONS = [
  ["sender", "Slack", "sends the command", "Request in"],
  ["door", "Door", "checks it (Lambda)", "Request in"],
  ["queue", "Queue", "keeps the order (SQS)", "Order"],
  ["recorder", "Recorder", "calls RTC (Lambda)", "Logs"],
  ["rtc", "RTC", "records the video", "RTC out"],
  ["reply", "Reply", "goes to the channel", "RTC answer"],
];
const WORDS = { idle: "not reached", active: "at work", waiting: "waiting", ok: "done", failed: "failed", unknown: "unknown" };

/** Draw the strip and keep it up to date; `open` is called with the station's tab. */
export function drawStrip(state, strip, open) {
  const parts = STATIONS.map(([station, name, role, tab]) => {
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

/** The state of a station: that of its last step. Steps of a later check don't count once the order itself is done. */
function standing(steps, station) {
  const own = steps.filter((it) => it.station === station);
  const last = own.at(-1);
  if (!last) return { state: "idle" };
  if (last.ms === null) return { state: last.state, ms: last.state === "waiting" ? undefined : null };
  const first = own.filter((it) => !it.check).at(-1) ?? last;
  return { state: first.state, ms: station === "reply" ? first.offset + first.ms : first.ms };
}
