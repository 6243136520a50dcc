// The panel beside the chat, on a phone a sheet from below. It is closed at first; Escape closes it.

import { button, element } from "./dom.js";

const TITLES = { timeline: "What happened", jobs: "RTC’s jobs", events: "Events for other systems", rules: "Who may record what", operator: "What an operator sees", break: "Break something" };

/** Show one of `views` at a time; `openers` are the buttons on top. Returns { open, close }. */
export function panel(state, place, columns, openers, views) {
  const title = element("h2", { tabindex: "-1", id: "panel-title" });
  const body = element("div", { class: "panel-body" });
  let opener = null;
  let shown = null;
  place.append(element("header", {}, title, button("✕", close, { class: "close", "aria-label": "Close the panel" })), body);
  place.addEventListener("keydown", (event) => event.key === "Escape" && close());
  for (const it of openers) it.addEventListener("click", () => (state.chosen.view === it.dataset.view ? close() : open(it.dataset.view)));

  state.subscribe(() => {
    const { view } = state.chosen;
    for (const it of openers) it.setAttribute("aria-expanded", String(it.dataset.view === view));
    place.hidden = view === null;
    columns.classList.toggle("with-panel", view !== null);
    if (view === null) return;
    if (view !== shown) {
      shown = view;
      title.textContent = TITLES[view];
      body.replaceChildren(views[view].node);
    }
    views[view].draw();
  });

  function open(view) {
    if (state.chosen.view === null) opener = document.activeElement;
    state.choose({ view });
    views[view].opened?.();
    queueMicrotask(() => title.focus());
  }

  function close() {
    shown = null;
    state.choose({ view: null });
    history.replaceState(null, "", location.pathname);
    queueMicrotask(() => opener?.focus());
  }

  return { open, close };
}
