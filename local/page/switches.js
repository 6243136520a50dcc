// "Break something": the switches, one button that resets all, and one that lets a minute pass.

import { button, element } from "./dom.js";
import { letAMinutePass, reset, turn } from "./system.js";

/** Return { node, draw }; this also draws the badge and the reset button on top. */
export function switches(state, badge, resetButton) {
  const all = state.workspace.switches;
  const boxes = new Map(all.map((it) => [it.name, box(it.name)]));
  const parties = [...new Set(all.map((it) => it.party))];
  const node = element(
    "div",
    { class: "switches" },
    element("p", { class: "note" }, "Turn a switch on, type a command, and see what people read. The bot knows nothing of these switches."),
    parties.map((party) => {
      const own = all.filter((it) => it.party === party);
      return element("fieldset", {}, element("legend", {}, party), own.map(line));
    }),
    element("fieldset", {}, element("legend", {}, "Time"), minute()),
  );
  resetButton.addEventListener("click", reset);
  let drawn = "";
  state.subscribe(() => {
    const broken = state.document("broken") ?? [];
    // Other changes must not undo a click that the server has not received yet.
    if (drawn === String(broken)) return;
    drawn = String(broken);
    badge.hidden = resetButton.hidden = broken.length === 0;
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

function minute() {
  const help = "recordbot checks its recordings once a minute. This lets it check them now, if the last check is half a minute old.";
  return element(
    "p",
    { class: "switch" },
    button("Let a minute pass", letAMinutePass, { class: "message-button", "aria-describedby": "minute-help" }),
    element("span", { class: "help", id: "minute-help" }, help),
  );
}

function box(name) {
  const change = (event) => turn(name, event.target.checked);
  return element("input", { type: "checkbox", role: "switch", id: name, "aria-describedby": `${name}-help`, change });
}
