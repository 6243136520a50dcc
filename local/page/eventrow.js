// An event that another system sent to the webhook, and its answer, drawn as a message of that system.

import { button, element } from "./dom.js";
import { replay } from "./system.js";

/** Return the parts below the heading; the button opens the panel. `named` makes labels that only one button has. */
export function eventBody(command, label, named, state, openCommand) {
  const { requested, answered, accepted, outcome } = command.event;
  const [status, ...words] = answered.split(" ");
  return [
    element("p", {}, element("code", {}, requested)),
    answered ? element("p", { class: "answer" }, element("strong", { class: accepted ? "ok" : "failed" }, status), ` ${words.join(" ")}`) : null,
    outcome ? element("p", {}, outcome) : null,
    element(
      "div",
      { class: "more-row" },
      button(named(label, command), () => openCommand(command.id), { class: `more ${command.state}` }),
      state.isRepeatable(command)
        ? button(named("Send again", command), () => again(command, state), { class: "more", title: "Sends the same body with the same webhook-id" })
        : null,
    ),
  ];
}

async function again(command, state) {
  state.follow();
  await replay(command.id);
}
