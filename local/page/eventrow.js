// An event that another system sent to the webhook, and what it was answered, as a message of that system's.

import { button, element } from "./dom.js";
import { replay } from "./system.js";

/** Give the parts below the heading; `label` leads to what happened. */
export function eventBody(command, label, state, look) {
  const { requested, answered, accepted, outcome } = command.event;
  const [status, ...words] = answered.split(" ");
  return [
    element("p", {}, element("code", {}, requested)),
    answered ? element("p", { class: "answer" }, element("strong", { class: accepted ? "ok" : "failed" }, status), ` ${words.join(" ")}`) : null,
    outcome ? element("p", {}, outcome) : null,
    element(
      "div",
      { class: "looks" },
      button(label, () => look(command.id), { class: `look ${command.state}` }),
      state.isRepeatable(command)
        ? button("Send again", () => again(command, state), { class: "look", title: "The same body under the same webhook-id" })
        : null,
    ),
  ];
}

async function again(command, state) {
  state.choose({ command: null });
  await replay(command.id);
}
