// The stations of an order: what each is, the tab that shows it, and how it stands.

/** In the order of the path. `kind` says whether the station is simulated here; RTC is not if the real one is in use. */
export const STATIONS = [
  {
    station: "sender",
    name: "Slack",
    role: "sends the command",
    kind: "simulated",
    tab: "Request in",
    about: "Slack sends the bot what a person types, signed. Another system, a caller, does so with an event.",
  },
  {
    station: "door",
    name: "Door",
    role: "checks it",
    kind: "our Lambda",
    tab: "Door",
    about: "The bot’s first Lambda function. It checks the signature and the command, answers at once, and puts an order on the queue.",
  },
  {
    station: "queue",
    name: "Queue",
    role: "keeps the order",
    kind: "simulated",
    tab: "Queue",
    about: "Amazon SQS. It keeps the order until the recorder has finished it. People’s orders and callers’ orders have a queue each, so a crowd of events delays no command.",
  },
  {
    station: "recorder",
    name: "Recorder",
    role: "calls RTC",
    kind: "our Lambda",
    tab: "Recorder",
    about: "The bot’s second Lambda function. It takes the order from the queue, asks RTC to record, and keeps the result in a table, the ledger.",
  },
  {
    station: "rtc",
    name: "RTC",
    role: "records the video",
    kind: "simulated",
    tab: "RTC",
    about: "Huawei Cloud’s service for video rooms. It records what a user sends into a room.",
  },
  {
    station: "reply",
    name: "Reply",
    role: "answers the people",
    kind: "in the chat",
    tab: "Reply",
    about: "What people read in the channel. A caller reads the outcome at the order’s status link.",
  },
];

/** Return what a station is on this machine: simulated, a function of ours, or the real thing. */
export function kindOf({ station, kind }, workspace) {
  return station === "rtc" && workspace.real_rtc ? "the real one" : kind;
}

/** Return the state of a station: that of its last step. Steps of a later check don't count once the order itself is done. */
export function standing(steps, station) {
  const own = steps.filter((it) => it.station === station);
  const last = own.at(-1);
  if (!last) return { state: "idle" };
  if (last.ms === null) return { state: last.state, ms: last.state === "waiting" ? undefined : null };
  const first = (station === "rtc" && unwell(steps)) || (own.filter((it) => !it.check).at(-1) ?? last);
  return { state: first.state, ms: station === "reply" ? first.offset + first.ms : first.ms };
}

/** Return the call to RTC that failed in the order's last receive, of several calls there; undefined if all went well. */
function unwell(steps) {
  const since = steps.filter((it) => it.station === "recorder" && !it.check).at(-1)?.offset ?? 0;
  const calls = steps.filter((it) => it.station === "rtc" && !it.check && it.offset >= since);
  return calls.find((it) => it.state === "failed") ?? calls.find((it) => it.state === "unknown");
}

/** Return the tab of the first station that failed, or whose result is unknown; undefined if there is none. */
export function tabOfFailure(steps) {
  const states = STATIONS.map((it) => ({ tab: it.tab, state: standing(steps, it.station).state }));
  return (states.find((it) => it.state === "failed") ?? states.find((it) => it.state === "unknown"))?.tab;
}
