// Draw rich text, whose formatting is JSON.

import { slackDate } from "./dates.js";
import { element } from "./dom.js";
import { link, mention } from "./references.js";

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]];
const CONTAINERS = { rich_text_section: "p", rich_text_quote: "blockquote", rich_text_preformatted: "pre" };

/** Return the elements of a rich_text block. */
export function richText(block, names) {
  return block.elements.map((part) => (part.type === "rich_text_list" ? list(part, names) : section(part, names)));
}

function list(part, names) {
  const tag = part.style === "ordered" ? "ol" : "ul";
  return element(tag, {}, part.elements.map((item) => element("li", {}, section(item, names))));
}

function section(part, names) {
  return element(CONTAINERS[part.type], {}, part.elements.map((it) => piece(it, names)));
}

function piece(it, names) {
  switch (it.type) {
    case "text":
      return styled(it, it.text);
    case "link":
      return styled(it, link(it.url, it.text || it.url));
    case "user":
      return styled(it, mention("@", names[it.user_id] ?? it.user_id));
    case "broadcast":
      return mention("@", it.range);
    case "emoji":
      return `:${it.name}:`;
    case "date":
      return styled(it, element("time", { title: it.fallback }, slackDate(it.timestamp, it.format)));
    default:
      return "";
  }
}

function styled(it, node) {
  return STYLES.reduce((inner, [style, tag]) => (it.style?.[style] ? element(tag, {}, inner) : inner), node);
}
