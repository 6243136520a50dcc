// The input for a person: it completes what Slack completes, the command's name, and shows its hint.

import { button, element } from "./dom.js";
import { menuButton } from "./menu.js";
import { perform, say } from "./system.js";

const FIRST = "/record room 100 user001 hd";

/** The examples above the input: what they type, and the switch that is on until the command has its outcome. */
const EXAMPLES = [
  { label: "Start", texts: [FIRST] },
  { label: "With a typo", texts: ["/record room 100 user001 hdd"] },
  { label: "Twice", texts: ["/record room 200 user001", "/record room 200 user001"] },
  { label: "RTC silent", texts: ["/record room 300 user001"], breaks: "rtc-silent" },
  { label: "Several", texts: ["/record room 400 user001,user002,user003 hd"] },
  { label: "To the end", texts: ["/record room 500 user001 idle=5s"] },
  { label: "Help", texts: ["/record help"] },
];

export function drawComposer(state, form) {
  const { command, switches } = state.workspace;
  const suggestion = element(
    "button",
    { type: "button", class: "suggestion", id: "suggestion", hidden: true, click: complete },
    element("strong", {}, command.name),
    " ",
    element("span", { class: "hint" }, command.hint),
    element("span", { class: "suggestion-help" }, `${command.help} · Tab completes`),
  );
  const hint = element("p", { class: "usage", id: "usage", "aria-live": "polite" });
  const input = element("textarea", {
    id: "input",
    rows: "1",
    spellcheck: "false",
    "aria-describedby": "usage",
    input: changed,
    keydown: pressed,
  });
  const send = element("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤");
  const shortcuts = state.shortcuts("global").map(({ name, description, callback_id: id }) => ({
    label: name,
    description,
    act: () => perform("shortcut", { person: state.chosen.person, callback_id: id }),
  }));
  const examples = EXAMPLES.filter((it) => !it.breaks || switches.some((each) => each.name === it.breaks));

  form.append(
    element(
      "div",
      { class: "chips", role: "group", "aria-label": "Examples" },
      examples.map((it) => button(it.label, () => play(it), { title: it.texts.join("  ·  ") })),
    ),
    suggestion,
    element("div", { class: "box" }, shortcuts.length ? menuButton("⚡", "Shortcuts", shortcuts, { class: "shortcuts", title: "Shortcuts" }) : null, input, send),
    hint,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    const text = input.value;
    input.value = "";
    changed();
    type(text).catch(() => {
      input.value ||= text; // not sent: keep it in the input
      changed();
    });
  });
  state.subscribe(() => {
    const channel = state.channel();
    form.hidden = ["webhook", "home"].includes(channel.kind);
    input.setAttribute("aria-label", `Message ${channel.kind === "direct" ? "" : "#"}${channel.name}`);
    input.placeholder = `Message ${channel.kind === "direct" ? "" : "#"}${channel.name}`;
  });
  input.value = FIRST;
  changed();
  input.focus({ preventScroll: true }); // with large letters the page is longer than the window, and begins with what it is

  function changed() {
    const { value } = input;
    suggestion.hidden = !(value.startsWith("/") && command.name.startsWith(value));
    const isOurs = value.startsWith(`${command.name} `);
    hint.textContent = isOurs ? `${command.name} ${command.hint}` : "Enter sends, Shift + Enter begins a line";
    input.rows = Math.min(value.split("\n").length, 8);
  }

  function complete() {
    input.value = `${command.name} `;
    changed();
    input.focus();
  }

  function pressed(event) {
    const enter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!suggestion.hidden && (enter || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      complete();
    } else if (enter) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !suggestion.hidden) {
      suggestion.hidden = true;
      event.stopPropagation();
    }
  }

  async function play(example) {
    input.value = "";
    changed();
    for (const text of example.texts) await type(text, example.breaks);
    input.focus();
  }

  function type(text, breaks) {
    state.follow();
    return say(state.chosen.person, state.channel().id, text, breaks);
  }
}
