// The steps of a command on a time scale. A long wait has a scale of its own; otherwise the other bars would be too thin.

import { duration, element } from "./dom.js";

const LONG_WAIT_MS = 1000;

/** Return the list of steps. */
export function waterfall(steps) {
  return element("ol", { class: "waterfall" }, segments(steps).flatMap(drawn));
}

function segments(steps) {
  const parts = [[]];
  for (const step of steps) {
    if (step.station === "queue" && (step.ms ?? LONG_WAIT_MS) >= LONG_WAIT_MS) parts.push([step], []);
    else parts.at(-1).push(step);
  }
  return parts.filter((part) => part.length);
}

function drawn(steps) {
  const begin = Math.min(...steps.map((it) => it.offset));
  const end = Math.max(...steps.map((it) => it.offset + (it.ms ?? 0)), begin + 1);
  return steps.map((step) => {
    const bar = element("span", { class: "bar", "data-station": step.station });
    bar.style.setProperty("--from", (step.offset - begin) / (end - begin));
    bar.style.setProperty("--long", step.ms === null ? 1 - (step.offset - begin) / (end - begin) : step.ms / (end - begin));
    return element(
      "li",
      { "data-state": step.state },
      element("span", { class: "step-title" }, step.title),
      element("span", { class: "step-ms" }, step.station === "reply" ? `after ${duration(step.offset)}` : duration(step.ms)),
      element("span", { class: "track" }, bar),
      element("span", { class: "step-note" }, step.station === "reply" ? step.note : [`at ${duration(step.offset)}`, step.note].filter(Boolean).join(" · ")),
    );
  });
}
