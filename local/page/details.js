// The tabs of a command or an event: its request, the order, RTC's calls, the ledger, the logs. The server has hidden secrets.

import { clock } from "./dates.js";
import { button, duration, element } from "./dom.js";

export const TABS = ["Request in", "Order", "RTC out", "RTC answer", "Ledger", "Logs"];

const SHOWN_OR_KNOWN = new Set(
  "at function level message timestamp location service order_id xray_trace_id function_request_id cold_start function_name function_memory_size function_arn".split(" "),
);

/** Return the nodes of a tab. */
export function tabContent(name, seen) {
  switch (name) {
    case "Request in":
      return requestIn(seen.door);
    case "Order":
      return order(seen.order);
    case "RTC out":
      return each(seen.rtc, rtcOut, "RTC was not called.");
    case "RTC answer":
      return each(seen.rtc, rtcAnswer, "RTC was not called.");
    case "Ledger":
      return each(seen.ledger, ledgerItem, "The ledger has nothing: no order was placed.");
    default:
      return each(seen.logs, logLine, "Nothing was logged.");
  }
}

function requestIn(door) {
  const form = Object.entries(door.form).map(([name, value]) => `${name}: ${value}`);
  return [
    verdict(door.accepted, door.verdict),
    text("Request", `${door.request.line}\n${door.request.headers.join("\n")}`),
    form.length ? text("Form", form.join("\n")) : null,
    door.request.body ? text("Body", door.request.body) : null,
    door.answer ? answer(`The door’s answer: ${door.answer.status}`, door.answer) : null,
    door.error ? note(door.error) : null,
  ].filter(Boolean);
}

function order(it) {
  if (!it) return [note("No order was put on the queue, or the recorder has not received it yet.")];
  const receives = it.receives.map((each) => {
    const waited = duration(Math.max(each.received - each.sent, 0));
    const end = each.error ? `: ${each.error}` : "";
    return element("li", {}, `${clock(each.sent)} sent, received ${waited} later (receive ${each.receive})${end}`);
  });
  return [element("ul", { class: "facts" }, receives), text("The queue’s message", json(it.message))];
}

function rtcOut(call) {
  return [
    element("h4", {}, call.title),
    call.verdict ? verdict(call.verdict === "accepted", `RTC’s verdict: ${call.verdict}`) : null,
    call.request
      ? text("Request", `${call.request.line}\n${call.request.headers.join("\n")}`)
      : note("There is no record of this call: it never arrived, or the real RTC is in use."),
    call.request?.body ? text("Body", call.request.body) : null,
    call.canonical ? text("Canonical request, which the signature covers", call.canonical) : null,
    call.curl ? text("As curl", call.curl, true) : null,
  ];
}

function rtcAnswer(call) {
  const facts = [call.note, call.ms === null ? "still waiting" : duration(call.ms)].filter(Boolean).join(" · ");
  return [
    element("h4", {}, call.title),
    note(facts),
    call.fault ? note(`Injected fault: ${JSON.stringify(call.fault)}`) : null,
    call.answer
      ? answer(`HTTP ${call.answer.status}`, call.answer)
      : call.request ? note("No answer came.") : null,
  ];
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

function each(things, draw, none) {
  return things.length ? things.flatMap(draw).filter(Boolean) : [note(none)];
}

/** Return the verdict on a signature; `accepted` is null if there is none. */
function verdict(accepted, words) {
  if (accepted === null) return note(words);
  return element("p", { class: `verdict ${accepted ? "ok" : "failed"}` }, accepted ? "✓ " : "✗ ", words);
}

const answer = (caption, it) => text(caption, `${it.headers.join("\n")}\n\n${it.body}`);

function text(caption, content, copied = false) {
  return element(
    "figure",
    {},
    element("figcaption", {}, caption, copied ? copyButton(content) : null),
    element("pre", { tabindex: "0", "aria-label": caption, role: "region" }, content),
  );
}

function copyButton(content) {
  const made = button("Copy", () => navigator.clipboard.writeText(content).then(say("Copied"), say("Not allowed")), { class: "copy" });
  const say = (word) => () => { made.textContent = word; };
  return made;
}

const note = (words) => element("p", { class: "note" }, words);
const json = (document) => JSON.stringify(document, null, 2);
