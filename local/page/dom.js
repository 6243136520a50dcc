// Elements, made of attributes and children. Text only ever becomes text: nothing here, or anywhere on the page, parses HTML.

/** Give an element. An attribute that is a function listens; true stands alone; null, undefined and false are left out. */
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

/** Give a button that does something. */
export function button(label, act, attributes = {}) {
  return element("button", { type: "button", click: act, ...attributes }, label);
}

/** Give a time in milliseconds as people read it. */
export function duration(ms) {
  if (ms === null) return "…";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
