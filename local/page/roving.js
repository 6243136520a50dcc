// Many buttons of a list as one stop of the Tab key, by the ARIA pattern of a roving tabindex.

/** Make the buttons and links in `list` one stop; arrow keys, Home and End move between them. Call the result after changes. */
export function roving(list) {
  let current = null; // where the focus is; otherwise the newest is the stop
  const all = () => [...list.querySelectorAll("button, a")];

  function settle() {
    const stops = all();
    const stop = stops.includes(current) ? current : stops.at(-1);
    for (const it of stops) it.tabIndex = it === stop ? 0 : -1;
  }

  function moved(event) {
    const stops = all();
    const at = stops.indexOf(document.activeElement);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: stops.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
  }

  list.addEventListener("keydown", moved);
  list.addEventListener("focusin", ({ target }) => { current = target; settle(); });
  list.addEventListener("focusout", ({ relatedTarget }) => { if (!list.contains(relatedTarget)) { current = null; settle(); } });
  return settle;
}
