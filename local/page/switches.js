// "Break something": what can be made to misbehave, and one click to mend all.

import { element } from "./dom.js";
import { mend, turn } from "./system.js";

/** Give { node, draw }; the badge and the mend button on top are kept drawn as well. */
export function switches(state, badge, mendButton) {
  const all = state.workspace.switches;
  const boxes = new Map(all.map((it) => [it.name, box(it.name)]));
  const parties = [...new Set(all.map((it) => it.party))];
  const node = element(
    "div",
    { class: "switches" },
    element("p", { class: "note" }, "Break it, type a command, and see what people read. The bot does not know of these switches."),
    parties.map((party) => {
      const own = all.filter((it) => it.party === party);
      return element("fieldset", {}, element("legend", {}, party), own.map(line));
    }),
  );
  mendButton.addEventListener("click", mend);
  let drawn = "";
  state.subscribe(() => {
    const broken = state.document("broken") ?? [];
    // Other news must not take back a click that the system has not heard of yet.
    if (drawn === String(broken)) return;
    drawn = String(broken);
    badge.hidden = mendButton.hidden = broken.length === 0;
    badge.textContent = `${broken.length} broken`;
    for (const [name, it] of boxes) it.checked = broken.includes(name);
  });

  function line(it) {
    const label = element("label", { for: it.name }, it.label);
    const help = element("span", { class: "help", id: `${it.name}-help` }, it.help);
    return element("p", { class: "switch" }, boxes.get(it.name), label, help);
  }

  return { node, draw: () => {} };
}

function box(name) {
  const change = (event) => turn(name, event.target.checked);
  return element("input", { type: "checkbox", role: "switch", id: name, "aria-describedby": `${name}-help`, change });
}
