// A button that opens a menu, by the ARIA pattern of a menu button: arrow keys, Home and End move, Escape closes.

import { button, element } from "./dom.js";

const GAP_PX = 4;

/** Return the button. Each item has a label, perhaps a description and a group's heading before it, and what it does. */
export function menuButton(label, name, items, attributes = {}) {
  const opener = button(label, () => open(opener, name, items), { "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": name, ...attributes });
  return opener;
}

function open(opener, name, items) {
  const menu = element("div", { class: "menu", role: "menu", popover: "auto", "aria-label": name, keydown: move });
  menu.append(
    ...items.map((it) =>
      button(
        [element("span", { class: "menu-label" }, it.label), it.description ? element("span", { class: "menu-help" }, it.description) : null],
        () => {
          menu.hidePopover(); // the focus goes back to the opener, and a dialog that follows returns it there
          it.act();
        },
        { role: "menuitem", tabindex: "-1" },
      ),
    ),
  );
  menu.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "closed") menu.remove();
  });
  (opener.closest("dialog") ?? document.body).append(menu); // what is outside of a modal dialog can't be used
  menu.showPopover();
  place(menu, opener);
  menu.firstElementChild?.focus();
}

function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const below = at.bottom + GAP_PX;
  const isBelow = below + menu.offsetHeight <= innerHeight || at.top < menu.offsetHeight;
  menu.style.top = `${Math.max(0, isBelow ? Math.min(below, innerHeight - menu.offsetHeight) : at.top - GAP_PX - menu.offsetHeight)}px`;
  menu.style.left = `${Math.max(GAP_PX, Math.min(at.left, innerWidth - menu.offsetWidth - GAP_PX))}px`;
}

function move(event) {
  const items = [...event.currentTarget.children];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") event.currentTarget.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length).focus();
}
