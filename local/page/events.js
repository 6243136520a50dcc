// Events for other systems, as a rule on the event bus delivers them.

import { clock } from "./dates.js";
import { text } from "./details.js";
import { element } from "./dom.js";

const ABOUT = "What other systems learn about recordings. The bot puts these events on an event bus of Amazon EventBridge, and a rule on it delivers them: here to this list. docs/events.md has their schemas.";
const STATES = { "recording.failed": "failed", "recording.unknown": "unknown" };

/** Return { node, draw }. */
export function events(state) {
  const list = element("ol", { class: "events" });
  const none = element("p", { class: "note" }, "No event was sent yet. Start a recording.");
  const node = element("div", {}, element("p", { class: "note" }, ABOUT), list, none);
  const drawn = new Map();

  function draw() {
    const all = new Map(state.sent().map((it) => [it.id, it]));
    none.hidden = all.size > 0;
    for (const [id, row] of drawn) {
      if (all.has(id)) continue;
      row.remove();
      drawn.delete(id);
    }
    for (const [id, event] of all) {
      if (drawn.has(id)) continue;
      drawn.set(id, rowOf(event));
      list.prepend(drawn.get(id)); // the newest first
    }
  }

  return { node, draw };
}

function rowOf(event) {
  const { room_id: room, user_id: user } = event.data;
  const facts = `${clock(Date.parse(event.time))} · ${user} in room ${room} · ${event.subject}`;
  return element(
    "li",
    {},
    element(
      "details",
      { class: `call ${STATES[event.type] ?? ""}` },
      element("summary", {}, element("strong", {}, event.type), element("span", { class: "note" }, facts)),
      text("The event’s detail", JSON.stringify(event, null, 2)),
    ),
  );
}
