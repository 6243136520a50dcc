// A button in a message, with its confirmation dialog if it has one.

import { button, element } from "./dom.js";
import { textNodes } from "./mrkdwn.js";
import { link } from "./references.js";

export function messageButton(it, names, press) {
  const label = textNodes(it.text, names);
  if (it.url) return element("span", { class: "message-button" }, link(it.url, label));
  const act = () => (it.confirm ? confirm(it.confirm, names, () => press(it.action_id)) : press(it.action_id));
  return button(label, act, { class: `message-button ${it.style ?? ""}`, "aria-label": it.accessibility_label });
}

function confirm(asked, names, agree) {
  const dialog = element("dialog", { class: "confirm", "aria-labelledby": "confirm-title", close: () => dialog.remove() });
  const answer = (act) => () => {
    dialog.close();
    act();
  };
  dialog.append(
    element("h3", { id: "confirm-title" }, textNodes(asked.title, names)),
    element("p", {}, textNodes(asked.text, names)),
    element(
      "div",
      { class: "actions" },
      button(textNodes(asked.deny, names), answer(() => {}), { class: "message-button" }),
      button(textNodes(asked.confirm, names), answer(agree), { class: `message-button ${asked.style ?? "primary"}` }),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
