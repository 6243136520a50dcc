// "Operator": doctor's lines, and the audit of an order, as `python -m ops` prints them.

import { toTheSecond } from "./dates.js";
import { button, element } from "./dom.js";
import { picker } from "./picker.js";
import { audit, doctor } from "./system.js";

const ORDER = ["wrong", "unknown", "ok"]; // what has to be fixed comes first
const ACTORS = { webhook_caller: "caller", operator: "operator", forgotten: "forgotten" };
const DEFAULT_PORT = "3000";

/** Return { node, draw }. */
export function operator(state) {
  const examined = examination();
  const records = auditOf(state);
  return { node: element("div", { class: "operator" }, examined, records.nodes), draw: records.draw };
}

/** Return the nodes of doctor: it runs when the reader asks. */
function examination() {
  const run = button("Run doctor", runNow, { class: "message-button" });
  const said = element("p", { role: "status" });
  const findings = element("ul", { class: "findings", "aria-label": "What doctor finds" });
  let isLooking = false;

  async function runNow() {
    if (isLooking) return;
    busy(true);
    said.textContent = "Doctor checks each part. That takes some seconds.";
    try {
      show(await doctor());
    } catch {
      said.textContent = "Doctor gave no answer. Run it again.";
    }
    busy(false);
  }

  /** The button keeps the focus while doctor runs, which a disabled one would lose. */
  function busy(now) {
    isLooking = now;
    run.setAttribute("aria-disabled", String(now));
    findings.setAttribute("aria-busy", String(now));
  }

  function show({ findings: all = [], ok, wrong, unknown, problem }) {
    said.textContent = problem ? `Doctor can’t run: ${problem}` : `${ok} ok, ${wrong} wrong, ${unknown} unknown, at ${toTheSecond(Date.now())}`;
    findings.replaceChildren(...ORDER.flatMap((verdict) => all.filter((it) => it.verdict === verdict).map(finding)));
  }

  return [
    element("h3", {}, "Doctor"),
    element("p", { class: "note" }, "Checks each part of the deployment: secrets, Slack, RTC, schedule, queues, alarms, rules. In a shell: ", shell("doctor")),
    element("div", { class: "acts" }, run, said),
    findings,
  ];
}

function finding({ what, verdict, says, todo }) {
  return element(
    "li",
    { class: verdict },
    element("span", { class: `job-state ${verdict}` }, verdict),
    element("p", {}, element("strong", {}, what), " ", says),
    todo ? element("p", { class: "todo" }, "What to do: ", todo.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part))) : null,
  );
}

/** Return { nodes, draw } of the audit's records of the chosen command or event. */
function auditOf(state) {
  const pick = picker(state, "audit-pick");
  const said = element("p", { class: "note", role: "status" });
  const list = element("ol", { class: "records", "aria-label": "The audit’s records" });
  let isAsking = false;
  let isDue = false;
  let drawn = "";

  function draw() {
    const command = state.command();
    for (const it of pick.nodes) it.hidden = !command;
    if (command) pick.draw(command);
    if (!command?.order_id) return show([], command ? "It placed no order, so the audit has no record of it." : "Nothing was sent yet. Start a recording.");
    isDue = true;
    if (!isAsking) askAll();
  }

  /** Ask again while things have changed meanwhile: one question at a time. */
  async function askAll() {
    isAsking = true;
    while (isDue) {
      isDue = false;
      const order = state.command()?.order_id;
      if (!order) break;
      const records = await audit(order).catch(() => null); // the page says that the system does not answer
      if (records && state.command()?.order_id === order) show(records, `${records.length} ${records.length === 1 ? "record" : "records"} of the order ${order}`);
    }
    isAsking = false;
  }

  function show(records, words) {
    const now = JSON.stringify([records, words]);
    if (now === drawn) return;
    drawn = now;
    said.textContent = words;
    list.replaceChildren(...records.map((it) => record(it, state.workspace.names)));
  }

  const nodes = [
    element("h3", {}, "Audit of an order"),
    element("p", { class: "note" }, "Who did what, when, by which interface, and with which result. It has no content, addresses or secrets. In a shell: ", shell("audit")),
    pick.nodes,
    said,
    list,
  ];
  return { nodes, draw };
}

function record(it, names) {
  const place = [it.room_id && `room ${it.room_id}`, it.user_id && `user ${it.user_id}`, it.channel_id && `in ${names[it.channel_id] ?? it.channel_id}`];
  const ids = [it.job_id && `job ${it.job_id}`, it.request_id && `RTC’s request ${it.request_id}`, it.by_order && `by the order ${it.by_order}`];
  const facts = [it.result, ...place, ...ids].filter(Boolean).join(" · ");
  return element(
    "li",
    {},
    element("time", { datetime: it.at }, toTheSecond(Date.parse(it.at))),
    element("p", {}, element("strong", {}, it.what.replaceAll("_", " ")), ` ${[actor(it.who, names), it.through && `through ${it.through}`].filter(Boolean).join(" · ")}`),
    element("p", { class: "note" }, facts),
  );
}

function actor({ kind, id }, names) {
  if (kind === "slack_user") return names[id] ?? id;
  if (kind === "system") return id === "rtc" ? "RTC" : "recordbot";
  return `${ACTORS[kind]} ${id}`;
}

function shell(word) {
  const port = location.port === DEFAULT_PORT ? "" : `PORT=${location.port} `;
  return element("code", {}, `${port}.venv/bin/python -m ops ${word} --local`);
}
