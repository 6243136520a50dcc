// The tabs of a command or an event: one for each station, the ledger, and the logs. The server has hidden secrets.

import { clock } from "./dates.js";
import { button, duration, element } from "./dom.js";
import { STATIONS } from "./stations.js";

export const TABS = [...STATIONS.map((it) => it.tab), "Ledger", "Logs"];

const RECORDER = "RecorderFunction";
const FAILED = ["failed", "unknown"];
const SHOWN_OR_KNOWN = new Set(
  "at function level message timestamp location service order_id xray_trace_id function_request_id cold_start function_name function_memory_size function_arn".split(" "),
);

/** Return the nodes of a tab: first what the station is, then what happened there. */
export function tabContent(name, seen) {
  const about = STATIONS.find((it) => it.tab === name)?.about;
  return [about ? note(about) : null, ...content(name, seen)].filter(Boolean);
}

function content(name, seen) {
  const byRecorder = (line) => line.function === RECORDER;
  switch (name) {
    case "Request in":
      return requestIn(seen.door);
    case "Door":
      return [...door(seen.door), ...lines(seen.logs.filter((it) => !byRecorder(it)))];
    case "Queue":
      return queue(seen);
    case "Recorder":
      return [...receives(seen.order), ...lines(seen.logs.filter(byRecorder))];
    case "RTC":
      return calls(seen.rtc, rtcCall, "RTC was not called.");
    case "Reply":
      return calls(seen.replies, reply, "There is no reply yet.");
    case "Ledger":
      return seen.ledger.length ? seen.ledger.flatMap(ledgerItem) : [note("The ledger has nothing: no order was placed.")];
    default:
      return lines(seen.logs);
  }
}

function requestIn(door) {
  const form = Object.entries(door.form).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value, null, 2)}`);
  return [
    verdict(door.accepted, door.verdict),
    request(door.request),
    form.length ? text("Form", form.join("\n")) : null,
  ];
}

function door(it) {
  return [
    verdict(it.accepted, it.verdict),
    it.error ? verdict(false, it.error) : null,
    it.answer ? answer(`The door’s answer: ${it.answer.status}`, it.answer) : null,
  ];
}

function queue({ order, logs }) {
  const refusal = logs.find((it) => ["order_not_queued", "order_perhaps_queued"].includes(it.message));
  if (refusal) return [verdict(false, "The queue did not take the order."), ...logLine(refusal)];
  return [...receives(order), order ? text("The queue’s message", json(order.message)) : null];
}

function receives(order) {
  if (!order) return [note("No order was put on the queue, or the recorder has not received it yet.")];
  const items = order.receives.map((each) => {
    const waited = duration(Math.max(each.received - each.sent, 0));
    const end = each.error ? `: ${each.error}` : "";
    return element("li", {}, `${clock(each.sent)} sent, received ${waited} later (receive ${each.receive})${end}`);
  });
  return [element("ul", { class: "facts" }, items)];
}

/** Return each call behind its title. Those that failed are open; if none did, the first is. */
function calls(all, draw, none) {
  if (!all.length) return [note(none)];
  const anyFailed = all.some((it) => FAILED.includes(it.state));
  return all.map((it, at) => {
    const open = anyFailed ? FAILED.includes(it.state) : at === 0;
    const facts = [it.note, it.ms === null ? "still waiting" : it.ms === undefined ? "" : duration(it.ms)].filter(Boolean).join(" · ");
    return element(
      "details",
      { class: `call ${it.state}`, open },
      element("summary", {}, element("strong", {}, it.title), element("span", { class: "note" }, facts)),
      draw(it).filter(Boolean),
    );
  });
}

function rtcCall(call) {
  return [
    call.verdict ? verdict(call.verdict === "accepted", `RTC’s verdict on the signature: ${call.verdict}`) : null,
    call.fault ? note(`Injected fault: ${JSON.stringify(call.fault)}`) : null,
    call.answer ? answer(`RTC’s answer: HTTP ${call.answer.status}`, call.answer) : call.request ? note("No answer came.") : null,
    call.request ? request(call.request) : note("There is no record of this call: it never arrived, or the real RTC is in use."),
    call.canonical ? text("Canonical request, which the signature covers", call.canonical) : null,
    call.curl ? text("As curl", call.curl, true) : null,
  ];
}

function reply(it) {
  const caption = it.request ? `Slack’s answer: HTTP ${it.answer.status}` : `The door’s answer: ${it.answer?.status}`;
  return [it.request ? request(it.request) : null, it.answer ? answer(caption, it.answer) : null];
}

function ledgerItem(item) {
  return [text(`${item.pk} / ${item.sk}`, json(item))];
}

function logLine(line) {
  const { function: name, level, message, timestamp } = line;
  const said = Object.entries(line)
    .filter(([key, value]) => value !== null && !SHOWN_OR_KNOWN.has(key))
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : value}`);
  return [
    element(
      "p",
      { class: `log ${level.toLowerCase()}` },
      element("time", {}, timestamp.slice(11, 23)),
      element("span", { class: "log-from" }, name.replace("Function", "")),
      element("strong", {}, message),
      element("span", { class: "log-facts" }, said.join("  ")),
    ),
  ];
}

function lines(logs) {
  return logs.length ? logs.flatMap(logLine) : [note("Nothing was logged.")];
}

/** Return the verdict on a signature; `accepted` is null if there is none. */
function verdict(accepted, words) {
  if (accepted === null) return note(words);
  return element("p", { class: `verdict ${accepted ? "ok" : "failed"}` }, accepted ? "✓ " : "✗ ", words);
}

const request = ({ line, headers, body }) => text("Request", [line, ...headers, "", body].join("\n").trim());
const answer = (caption, it) => text(caption, `${it.headers.join("\n")}\n\n${it.body}`);

/** Return text under a caption, such as a request or a JSON document. */
export function text(caption, content, copied = false) {
  return element(
    "figure",
    {},
    element("figcaption", {}, caption, copied ? copyButton(caption, content) : null),
    element("pre", { tabindex: "0", "aria-label": caption, role: "group" }, content),
  );
}

function copyButton(caption, content) {
  const label = ["Copy", element("span", { class: "spoken" }, ` ${caption}`)];
  const made = button(label, () => navigator.clipboard.writeText(content).then(say("Copied"), say("Not allowed")), { class: "copy" });
  const say = (word) => () => { made.textContent = word; };
  return made;
}

const note = (words) => element("p", { class: "note" }, words);
const json = (document) => JSON.stringify(document, null, 2);
