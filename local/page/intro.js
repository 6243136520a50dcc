// The beginning of each conversation: what this is, what each station is, and what is simulated.

import { element } from "./dom.js";
import { STATIONS, kindOf } from "./stations.js";

/** Return the beginning of a conversation, which says what the reader can do there. */
export function intro(workspace, todo) {
  return element(
    "div",
    { class: "intro" },
    element("h3", {}, "A bot that records rooms of Huawei Cloud RTC"),
    element("p", {}, todo, " The strip on top shows the path of the order:"),
    element("dl", {}, STATIONS.map((it) => element("div", {}, term(it, workspace), element("dd", {}, it.about)))),
    element("p", {}, "Real: the bot’s functions, and every request that they sign and send. Simulated on this machine: ", simulated(workspace), "."),
  );
}

function term(it, workspace) {
  return element("dt", {}, it.name, " ", element("span", { class: "kind" }, kindOf(it, workspace)));
}

/** Return what is simulated, in words. */
export function simulated(workspace) {
  return workspace.real_rtc ? "Slack and AWS" : "Slack, RTC and AWS";
}
