// Draw a message's blocks, or its text if it has no blocks.

import { element } from "./dom.js";
import { mrkdwn, textNodes } from "./mrkdwn.js";
import { messageButton } from "./messagebutton.js";
import { richText } from "./richtext.js";

/** Return the elements of a message; `press` is called with the action_id of a button, after its confirmation. */
export function messageBody(message, names, press) {
  if (!message.blocks.length) return [element("p", {}, mrkdwn(message.text, names))];
  return message.blocks.flatMap((block) => drawn(block, names, press));
}

function drawn(block, names, press) {
  switch (block.type) {
    case "rich_text":
      return richText(block, names);
    case "section":
      return [
        element(
          "div",
          { class: "section" },
          element(
            "div",
            { class: "section-text" },
            block.text ? element("p", {}, textNodes(block.text, names)) : null,
            block.fields ? element("div", { class: "fields" }, block.fields.map((it) => element("p", {}, textNodes(it, names)))) : null,
          ),
          block.accessory ? messageButton(block.accessory, names, press) : null,
        ),
      ];
    case "header":
      return [element("h3", {}, textNodes(block.text, names))];
    case "context":
      return [element("p", { class: "context" }, block.elements.map((it) => element("span", {}, textNodes(it, names))))];
    case "divider":
      return [element("hr")];
    case "actions":
      return [element("div", { class: "actions" }, block.elements.map((it) => messageButton(it, names, press)))];
    default:
      return [];
  }
}
