// Draw mrkdwn, Slack's markup in section and context texts, as elements.

import { slackDate } from "./dates.js";
import { element } from "./dom.js";
import { link, mention } from "./references.js";

const PIECE = /```\n?([\s\S]+?)\n?```|`([^`\n]+)`|<([^<>\n]+)>|(?<!\w)([*_~])(?!\4|\s)([^\n]*?\S)\4(?!\w)/;
const TAGS = { "*": "strong", _: "em", "~": "s" };
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Return a text with Slack's three entities decoded. */
export function decoded(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** Return the nodes of a text object: plain_text as it is, mrkdwn with its markup. */
export function textNodes(text, names) {
  return text.type === "mrkdwn" ? mrkdwn(text.text, names) : [decoded(text.text)];
}

/** Return the nodes of a mrkdwn text. */
export function mrkdwn(text, names) {
  const nodes = [];
  let rest = text;
  for (let found = PIECE.exec(rest); found; found = PIECE.exec(rest)) {
    nodes.push(decoded(rest.slice(0, found.index)));
    const [whole, block, code, reference, sign, styled] = found;
    if (block !== undefined) nodes.push(element("pre", {}, decoded(block)));
    else if (code !== undefined) nodes.push(element("code", {}, decoded(code)));
    else if (reference !== undefined) nodes.push(referred(reference, names));
    else nodes.push(element(TAGS[sign], {}, ...mrkdwn(styled, names)));
    rest = rest.slice(found.index + whole.length);
  }
  return [...nodes, decoded(rest)];
}

function referred(reference, names) {
  const [target, label] = reference.split("|", 2).map(decoded);
  if (target.startsWith("@")) return mention("@", names[target.slice(1)] ?? label ?? target.slice(1));
  if (target.startsWith("#")) return mention("#", names[target.slice(1)] ?? label ?? target.slice(1));
  if (target.startsWith("!date^")) {
    const [, seconds, pattern] = target.split("^");
    return element("time", {}, slackDate(Number(seconds), pattern));
  }
  if (target.startsWith("!")) return mention("@", target.slice(1));
  return link(target, label ?? target);
}
