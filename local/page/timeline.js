// A command or an event in full: its steps, and tabs with what was sent at each step.

import { TABS, tabContent } from "./details.js";
import { button, element } from "./dom.js";
import { picker } from "./picker.js";
import { tabOfFailure } from "./stations.js";
import { details, replay } from "./system.js";
import { tabbed } from "./tabs.js";
import { waterfall } from "./waterfall.js";

/** Return { node, draw, opened, open }: `opened` is called when the reader opens the panel, `open` shows a tab. */
export function timeline(state) {
  let seen = null; // the details of the command that is drawn
  let known = "";
  let drawnSteps = "";
  let seeksFailure = false;
  const pick = picker(state, "pick", opened);
  const steps = element("div");
  const said = element("p", { class: "note", role: "status" });
  const { tabs, panel, choose, current } = tabbed("Details", TABS, (place, name) => {
    if (!seen) return;
    const before = place.dataset.shown === `${seen.id} ${name}` ? [...place.querySelectorAll("details")] : [];
    place.dataset.shown = `${seen.id} ${name}`;
    place.replaceChildren(...tabContent(name, seen));
    const after = place.querySelectorAll("details");
    before.forEach((it, at) => { if (after[at]) after[at].open = it.open; }); // as the reader left them
  });
  const replayButton = button("Replay", again);
  const actions = element(
    "div",
    { class: "actions" },
    button("Copy link", copyLink),
    button("Export JSON", exportJson),
    replayButton,
  );
  const content = element("div", {}, pick.nodes, actions, said, steps, tabs, panel);
  const nothing = "Nothing was sent yet. Send the command on the left, or an event to the webhook: its steps appear here.";
  const empty = element("p", { class: "note" }, nothing);
  const node = element("div", {}, empty, content);

  function draw() {
    const command = state.command();
    empty.hidden = Boolean(command);
    content.hidden = !command;
    if (!command) return;
    if (state.isMissing()) said.textContent = "This order isn't known. The local system forgets all orders when it ends. Here is the newest one.";
    pick.draw(command);
    if (seeksFailure) open(tabOfFailure(command.steps) ?? current());
    replayButton.hidden = !state.isRepeatable(command);
    replayButton.textContent = command.event ? "Send again" : "Replay";
    replayButton.title = command.event ? "Sends the same body with the same webhook-id" : "Types it again, as the same person in the same channel";
    const now = JSON.stringify(command.steps);
    if (now !== drawnSteps) {
      steps.replaceChildren(waterfall(command.steps));
      drawnSteps = now;
    }
    const version = JSON.stringify(command);
    if (version !== known) {
      if (seen?.id !== command.id) panel.replaceChildren();
      known = version;
      details(command.id).then((got) => {
        const drawn = JSON.stringify(seen);
        if (known !== version) return;
        seen = { ...got, id: command.id };
        if (JSON.stringify(seen) !== drawn) choose(current());
      });
    }
  }

  function opened() {
    seeksFailure = true; // as soon as the command is known: a page that is opened by a link knows none yet
  }

  function open(tab) {
    seeksFailure = false;
    choose(tab);
  }

  async function copyLink() {
    const command = state.command();
    const link = new URL(`#order=${command.order_id || command.id}`, location.href).href;
    const isCopied = await navigator.clipboard.writeText(link).then(() => true, () => false);
    said.textContent = isCopied ? `Copied: ${link}` : link;
  }

  async function again() {
    const { id } = state.command();
    state.follow();
    await replay(id);
  }

  function exportJson() {
    const command = state.command();
    const file = new Blob([JSON.stringify({ ...command, ...seen }, null, 2)], { type: "application/json" });
    const address = URL.createObjectURL(file);
    element("a", { href: address, download: `order-${command.order_id || command.id}.json` }).click();
    URL.revokeObjectURL(address);
  }

  return { node, draw, opened, open };
}
