// "Break something": what can be made to misbehave, and one click to mend all.

import { element } from "./dom.js";
import { mend, turn } from "./system.js";

/** Give { node, draw }; the badge and the mend button on top are kept drawn as well. */
export function switches(state, badge, mendButton) {
  const all = state.workspace.switches;
  const boxes = new Map(all.map((it) => [it.name, element("input", { type: "checkbox", role: "switch", id: it.name, "aria-describedby": `${it.name}-help`, change: (event) => turn(it.name, event.target.checked) })]));
  const parties = [...new Set(all.map((it) => it.party))];
  const node = element(
    "div",
    { class: "switches" },
    element("p", { class: "note" }, "Everything bends to these at once; the bot does not know. Then type a command, and see what people read."),
    parties.map((party) => element("fieldset", {}, element("legend", {}, party), all.filter((it) => it.party === party).map(line))),
  );
  mendButton.addEventListener("click", mend);
  state.subscribe(() => {
    const broken = state.document("broken") ?? [];
    badge.hidden = mendButton.hidden = broken.length === 0;
    badge.textContent = `${broken.length} broken`;
    for (const [name, box] of boxes) box.checked = broken.includes(name);
  });

  function line(it) {
    return element("p", { class: "switch" }, boxes.get(it.name), element("label", { for: it.name }, it.label), element("span", { class: "help", id: `${it.name}-help` }, it.help));
  }

  return { node, draw: () => {} };
}
