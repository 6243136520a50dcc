// The steps of a command on a time scale: one for all, so that bars can be compared. The scale leaves out idle waits.

import { duration, element } from "./dom.js";

const LONG_WAIT_MS = 1000;

/** Return the scale in words, and the list of steps. */
export function waterfall(steps) {
  const work = steps.filter((it) => !isIdle(it));
  const at = clockOf(work);
  const whole = Math.max(...work.map((it) => at(it.offset + (it.ms ?? 0))), 1);
  const idle = work.length < steps.length ? ` Waits on the queue of ${duration(LONG_WAIT_MS)} or more are hatched and left out.` : "";
  return element(
    "div",
    { class: "waterfall" },
    element("p", { class: "scale" }, `One scale for all bars: the whole width is ${duration(whole)}.${idle}`),
    element("ol", {}, steps.map((it) => drawn(it, at, whole))),
  );
}

const isIdle = (step) => step.station === "queue" && (step.ms ?? LONG_WAIT_MS) >= LONG_WAIT_MS;

/** Return the clock of the scale: it runs only while some step is under way. */
function clockOf(work) {
  const spans = work.map((it) => [it.offset, it.offset + (it.ms ?? 0)]).sort(([one], [other]) => one - other);
  const busy = [];
  for (const [from, to] of spans) {
    const last = busy.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else busy.push([from, to]);
  }
  return (moment) => busy.reduce((sum, [from, to]) => sum + Math.min(Math.max(moment - from, 0), to - from), 0);
}

function drawn(step, at, whole) {
  const from = at(step.offset) / whole;
  const track = element("span", { class: "track" });
  if (isIdle(step)) {
    track.classList.add("idle");
  } else {
    const bar = element("span", { class: "bar", "data-station": step.station });
    bar.style.setProperty("--from", from);
    bar.style.setProperty("--long", step.ms === null ? 1 - from : (at(step.offset + step.ms) - at(step.offset)) / whole);
    track.append(bar);
  }
  const isReply = step.station === "reply";
  return element(
    "li",
    { "data-state": step.state },
    element("span", { class: "step-title" }, step.title),
    element("span", { class: "step-ms" }, isReply ? `after ${duration(step.offset)}` : duration(step.ms)),
    track,
    element("span", { class: "step-note" }, isReply ? step.note : [`at ${duration(step.offset)}`, step.note].filter(Boolean).join(" · ")),
  );
}
