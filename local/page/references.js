// What a message refers to: people, channels, addresses.

import { element } from "./dom.js";

export function mention(sigil, name) {
  return element("span", { class: "mention" }, `${sigil}${name}`);
}

/** Give a link, or its text alone where the address is none of the web: a script is never linked to. */
export function link(address, label) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return label;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}
