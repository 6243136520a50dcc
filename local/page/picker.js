// Choose a command or an event from a list, the newest first.

import { clock } from "./dates.js";
import { element } from "./dom.js";

/** Return { nodes, draw }: a select with its label. `picked` is called before the choice is made. */
export function picker(state, id, picked = () => {}) {
  const select = element("select", { id, change: choose });
  let drawn = "";

  function choose() {
    picked();
    state.choose({ command: select.value });
  }

  function draw(command) {
    const options = state.commands().reverse().map((it) => [it.id, `${clock(it.at)}  ${it.typed}`]);
    if (drawn !== JSON.stringify(options)) {
      select.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
      drawn = JSON.stringify(options);
    }
    select.value = command.id;
  }

  return { nodes: [element("label", { for: id, class: "label" }, "Command or event"), select], draw };
}
