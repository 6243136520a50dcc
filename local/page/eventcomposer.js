// The input for an event of another system: examples, and any text. The server signs it.

import { button, element } from "./dom.js";
import { sendEvent } from "./system.js";

const STREAM = { room_id: 100, user_id: "user001" };
const MOST_ROWS = 14;

/** The examples above the input; `channel` is the id of a channel where the bot is a member. */
const examples = (channel) => [
  { label: "Start", event: { type: "recording.start", data: STREAM } },
  { label: "Start, and post to Slack", event: { type: "recording.start", data: STREAM, notify: { channel } } },
  { label: "Stop", event: { type: "recording.stop", data: STREAM } },
  { label: "Dry run", event: { type: "recording.start", data: { ...STREAM, select_stream_type: "HD" }, dry_run: true } },
  { label: "Ping", event: { type: "ping" } },
  { label: "With a mistake", event: { type: "recording.start", data: { ...STREAM, select_stream_type: "HDD" } } },
];

const oneLine = (value) => JSON.stringify(value, null, 1).replace(/\n */g, " ");

export function drawEventComposer(state, form) {
  const { webhook, channels, people } = state.workspace;
  const known = examples(channels[people[0].id][0].id);
  const input = element("textarea", {
    spellcheck: "false",
    "aria-label": "Event for the webhook, as JSON",
    "aria-describedby": "signing",
    input: fit,
    keydown: pressed,
  });
  form.append(
    element("div", { class: "chips", role: "group", "aria-label": "Examples" }, known.map((it) => button(it.label, () => take(it)))),
    element("div", { class: "box" }, input, element("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤")),
    element("p", { class: "usage", id: "signing" }, `Ctrl + Enter sends it, signed with the key of ${webhook.caller}`),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    state.follow();
    sendEvent(input.value).catch(() => {}); // the text stays in the input, and the page says that the system does not answer
  });
  state.subscribe(() => {
    const isHidden = state.channel().kind !== "webhook";
    if (isHidden === form.hidden) return;
    form.hidden = isHidden;
    if (!isHidden) input.focus({ preventScroll: true });
  });
  write(known[0]);

  function take(example) {
    write(example);
    input.focus();
  }

  function write({ event: { type, ...rest } }) {
    const timestamp = new Date().toISOString().replace(/\.\d+/, "");
    const fields = Object.entries({ type, timestamp, ...rest });
    input.value = `{\n${fields.map(([name, value]) => `  "${name}": ${oneLine(value)}`).join(",\n")}\n}`;
    fit();
  }

  function fit() {
    input.rows = Math.min(input.value.split("\n").length, MOST_ROWS);
  }

  function pressed(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  }
}
