// References in a message: people, channels, links.

import { element } from "./dom.js";

export function mention(sigil, name) {
  return element("span", { class: "mention" }, `${sigil}${name}`);
}

/** Return a link; only its text if the address isn't http or https, so that no link runs a script. */
export function link(address, label) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return label;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}
