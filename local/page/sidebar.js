// Choose a person and a conversation.

import { button, element } from "./dom.js";

const KINDS = { direct: "Direct message ", home: "App ", webhook: "" };

export function drawSidebar(state, place) {
  const read = new Map(); // by person and channel: the number of messages when it was last open
  state.subscribe(() => {
    const { person } = state.chosen;
    const counts = new Map();
    const said = [...state.messages().map(([, it]) => it), ...state.commands().filter((it) => it.event)];
    for (const { channel } of said) counts.set(channel, (counts.get(channel) ?? 0) + 1);
    read.set(`${person} ${state.channel().id}`, counts.get(state.channel().id) ?? 0);
    const focused = document.activeElement?.closest("#sidebar") ? document.activeElement.id : "";
    place.replaceChildren(people(state), channels(state, (id) => (counts.get(id) ?? 0) > (read.get(`${person} ${id}`) ?? 0)));
    if (focused) document.getElementById(focused)?.focus();
  });
}

function people(state) {
  return element(
    "div",
    { class: "people", role: "group", "aria-label": "You are" },
    element("span", { class: "label", "aria-hidden": "true" }, "You are"),
    state.workspace.people.map((it) =>
      button(it.name, () => state.choose({ person: it.id }), {
        id: `person-${it.id}`,
        "aria-pressed": String(it.id === state.chosen.person),
      }),
    ),
  );
}

function channels(state, isNew) {
  const current = state.channel().id;
  return element(
    "ul",
    { class: "channels", "aria-label": "Conversations" },
    state.channels().map((it) =>
      element(
        "li",
        {},
        button([element("span", { class: `mark ${it.kind}`, "aria-hidden": "true" }), ` ${it.name}`], () => state.choose({ channel: it.id }), {
          id: `channel-${it.id}`,
          class: isNew(it.id) ? "new" : "",
          "aria-current": it.id === current ? "true" : null,
          "aria-label": `${KINDS[it.kind] ?? "Channel "}${it.name}${isNew(it.id) ? ", new messages" : ""}`,
        }),
      ),
    ),
  );
}
