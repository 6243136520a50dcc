// Tabs by the ARIA pattern: one is in the tab order, arrow keys move between them.

import { element } from "./dom.js";

/** Return { tabs, panel, choose, current }: `draw` fills the panel for a label. */
export function tabbed(label, labels, draw) {
  const panel = element("div", { role: "tabpanel", id: "tabpanel", tabindex: "0" });
  const buttons = labels.map((name, at) =>
    element("button", { type: "button", role: "tab", id: `tab-${at}`, "aria-controls": "tabpanel", click: () => choose(name) }, name),
  );
  const tabs = element("div", { role: "tablist", "aria-label": label, class: "tabs", keydown: moved }, buttons);
  let current = labels[0];

  function choose(name) {
    current = name;
    buttons.forEach((it, at) => {
      const chosen = labels[at] === name;
      it.setAttribute("aria-selected", String(chosen));
      it.tabIndex = chosen ? 0 : -1;
      if (chosen) panel.setAttribute("aria-labelledby", it.id);
    });
    draw(panel, name);
  }

  function moved(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = { Home: 0, End: labels.length - 1 }[event.key] ?? (step ? (labels.indexOf(current) + step + labels.length) % labels.length : -1);
    if (at < 0) return;
    event.preventDefault();
    choose(labels[at]);
    buttons[at].focus();
  }

  return { tabs, panel, choose, current: () => current };
}
