// The confirmation dialog of a button or a menu.

import { button, element } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

/** Ask, and call `agree` or `deny`; without a question agree at once. The focus returns to where it was. */
export function confirmed(asked, names, agree, deny = () => {}) {
  if (!asked) {
    agree();
    return;
  }
  let answer = deny;
  const close = (chosen) => () => {
    answer = chosen;
    dialog.close();
  };
  const dialog = element("dialog", {
    class: "confirm",
    "aria-labelledby": "confirm-title",
    "aria-describedby": "confirm-text",
    close: () => {
      dialog.remove();
      answer();
    },
  });
  dialog.append(
    element("h3", { id: "confirm-title" }, textNodes(asked.title, names)),
    element("p", { id: "confirm-text" }, textNodes(asked.text, names)),
    element(
      "div",
      { class: "actions" },
      button(textNodes(asked.deny, names), close(deny), { class: "message-button" }),
      button(textNodes(asked.confirm, names), close(agree), { class: `message-button ${asked.style ?? "primary"}` }),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
