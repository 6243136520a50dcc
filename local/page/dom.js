// Make elements from attributes and children. Strings become text nodes: nothing on the page parses HTML.

/** Return an element. A function is an event listener; true is an attribute without a value; null, undefined and false are omitted. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Return a button that calls a function. */
export function button(label, act, attributes = {}) {
  return element("button", { type: "button", click: act, ...attributes }, label);
}

/** Return a time in milliseconds as text. */
export function duration(ms) {
  if (ms === null) return "…";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
