// The app's home tab.

import { drawnBlocks } from "./blocks.js";
import { element } from "./dom.js";
import { enteredIn } from "./elements.js";
import { perform } from "./system.js";

/** Draw the home tab in its place while it is chosen, and open it when it is. */
export function drawHome(state, place, hands) {
  let opened = "";
  let shown = "";
  state.subscribe(() => {
    const { person } = state.chosen;
    const isHere = state.channel().kind === "home";
    place.hidden = !isHere;
    if (!isHere) {
      opened = "";
      return;
    }
    if (opened !== person) perform("home/open", { person });
    opened = person;
    const view = state.document("home");
    const sign = `${person} ${view?.id} ${view?.hash}`;
    if (sign === shown) return;
    shown = sign;
    draw(view, person);
  });

  function draw(view, person) {
    const fields = [];
    const act = (what) => perform("home/click", { person, entered: enteredIn(fields), ...what });
    const at = [...place.querySelectorAll("button, a, select, input")].indexOf(document.activeElement);
    place.replaceChildren(
      ...(view
        ? drawnBlocks(view.blocks, { ...hands(), values: view.state.values, fields, act })
        : [element("p", { class: "note" }, "recordbot has published no home tab for you.")]),
    );
    if (at >= 0) (place.querySelectorAll("button, a, select, input")[at] ?? place).focus({ preventScroll: true });
  }
}
