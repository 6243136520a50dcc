// Draw blocks: of a message, a modal or the home tab.

import { element } from "./dom.js";
import { drawnElement } from "./elements.js";
import { mrkdwn, textNodes } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Return the elements of a message: its blocks, or its text if it has none. `hands`: see elements.js. */
export function messageBody(message, hands) {
  return message.blocks.length ? drawnBlocks(message.blocks, hands) : [element("p", {}, mrkdwn(message.text, hands.names))];
}

/** Return the elements of blocks. Slack gives an id to a block without one, by its place. */
export function drawnBlocks(blocks, hands) {
  return blocks.flatMap((block, place) => drawn(block, block.block_id || `block-${place}`, hands));
}

function drawn(block, id, hands) {
  const { names } = hands;
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
          block.accessory ? drawnElement(block.accessory, id, hands) : null,
        ),
      ];
    case "header":
      return [element("h3", {}, textNodes(block.text, names))];
    case "context":
      return [element("p", { class: "context" }, block.elements.map((it) => element("span", {}, textNodes(it, names))))];
    case "divider":
      return [element("hr")];
    case "actions":
      return [element("div", { class: "actions" }, block.elements.map((it) => drawnElement(it, id, hands)))];
    case "input":
      return [field(block, id, hands)];
    default:
      return [];
  }
}

/** Return a labelled field. Its error is at its side, and is read with it. */
function field(block, id, hands) {
  const own = `field-${id}`;
  const isGroup = ["checkboxes", "radio_buttons", "multi_static_select"].includes(block.element.type);
  const label = [textNodes(block.label, hands.names), block.optional ? element("span", { class: "note" }, " (optional)") : null];
  const attributes = {
    "aria-describedby": `${own}-hint ${own}-error`,
    ...(isGroup ? { "aria-labelledby": `${own}-label` } : { id: own, "aria-required": block.optional ? null : "true" }),
  };
  return element(
    "div",
    { class: "field", "data-block": id },
    isGroup ? element("p", { class: "field-label", id: `${own}-label` }, label) : element("label", { class: "field-label", for: own }, label),
    drawnElement(block.element, id, hands, { attributes, acts: block.dispatch_action ?? false }),
    element("p", { class: "field-error", id: `${own}-error` }),
    element("p", { class: "note", id: `${own}-hint` }, block.hint ? textNodes(block.hint, hands.names) : null),
  );
}
