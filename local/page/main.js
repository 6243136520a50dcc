// Build the page from its parts.

import { drawChat } from "./chat.js";
import { drawComposer } from "./composer.js";
import { drawEventComposer } from "./eventcomposer.js";
import { events } from "./events.js";
import { drawHome } from "./home.js";
import { simulated } from "./intro.js";
import { jobs } from "./jobs.js";
import { drawModal } from "./modal.js";
import { operator } from "./operator.js";
import { panel } from "./panel.js";
import { rules } from "./rules.js";
import { drawSidebar } from "./sidebar.js";
import { State } from "./state.js";
import { drawStrip } from "./strip.js";
import { switches } from "./switches.js";
import { news, workspace } from "./system.js";
import { timeline } from "./timeline.js";

const byId = (id) => document.getElementById(id);

const reachable = (isThere) => { byId("offline").hidden = isThere; };

const known = await workspace(reachable);
byId("simulated").textContent = simulated(known);
const [first] = known.people;
const state = new State(known, { person: first.id, channel: known.channels[first.id][0].id, command: null, view: null });

const steps = timeline(state);
const views = { timeline: steps, jobs: jobs(state), events: events(state), rules: rules(state), operator: operator(state), break: switches(state, byId("badge"), byId("reset")) };
const side = panel(state, byId("panel"), byId("columns"), [...document.querySelectorAll("[data-view]")], views);

/** Open the panel on a command, by the id of its request or its order, and set the page's address to it. */
function openCommand(command) {
  state.choose({ command });
  const chosen = state.command();
  history.replaceState(null, "", `#order=${chosen?.order_id || command}`);
  side.open("timeline");
}

drawSidebar(state, byId("sidebar"));
drawStrip(state, byId("strip"), (tab) => {
  side.open("timeline");
  steps.open(tab);
});
drawComposer(state, byId("composer"));
drawEventComposer(state, byId("event-composer"));
const parts = { list: "messages", scroller: "log", beginning: "beginning", latest: "latest", title: "title", subtitle: "subtitle" };
drawChat(state, Object.fromEntries(Object.entries(parts).map(([part, id]) => [part, byId(id)])), openCommand);
drawHome(state, byId("home"), () => state.hands());
drawModal(state, byId("modal"), () => state.hands());
document.addEventListener("unanswered", ({ detail: error }) => {
  byId("unanswered").textContent = error ? `⚠ recordbot did not answer as Slack expects: ${error}` : "";
});

// A click is lost if what was pressed is drawn anew before it is let go. A browser sends no pointerup for a scrollbar, nor
// for what is let go outside the page. Then the hold ends with the next move, or when the pointer or the focus leaves.
addEventListener("pointerdown", () => state.hold(true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => state.hold(false)), true);
addEventListener("pointermove", ({ buttons }) => { if (!buttons) state.hold(false); }, true);
document.documentElement.addEventListener("pointerleave", () => state.hold(false));
addEventListener("blur", () => state.hold(false));

let unsubscribe = () => {};
let subscribed = null;
state.subscribe(() => {
  if (subscribed === state.chosen.person) return;
  subscribed = state.chosen.person;
  unsubscribe();
  unsubscribe = news(subscribed, (pairs, all) => state.take(pairs, all), reachable);
});
state.choose({});

function followAddress() {
  const linked = new URLSearchParams(location.hash.slice(1)).get("order");
  if (linked) openCommand(linked);
}
window.addEventListener("hashchange", followAddress);
followAddress();
