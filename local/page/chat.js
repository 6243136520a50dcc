// The messages of the chosen conversation, as the chosen person sees them, or the webhook's events.

import { messageBody } from "./blocks.js";
import { clock, exactly } from "./dates.js";
import { button, duration, element } from "./dom.js";
import { enteredIn } from "./elements.js";
import { eventBody } from "./eventrow.js";
import { intro } from "./intro.js";
import { menuButton } from "./menu.js";
import { roving } from "./roving.js";
import { perform } from "./system.js";

const AWAY_PX = 80; // so far above its end the conversation counts as scrolled up
const TODO = {
  chat: "Type a command below, or press Enter.",
  webhook: "Send the event below, or one from a program on this machine.",
};
const STATES = { active: "in progress…", waiting: "waits for another try", ok: "", failed: "failed", unknown: "outcome unknown" };

/**
 * Draw the messages and keep them up to date; `openCommand` is called with a command's id. The scroller begins at its end
 * (chat.css), so the browser itself keeps the end in view, unless the reader has scrolled up: then `latest` leads back.
 */
export function drawChat(state, { scroller, list, beginning, latest, title, subtitle }, openCommand) {
  const rows = new Map();
  const threads = new Map(); // by key: whether the reader has opened or closed the thread of that message
  const settle = roving(list);
  let shown = "";
  let followed = 0;
  state.subscribe(() => {
    const { person } = state.chosen;
    const channel = state.channel();
    const now = `${person} ${channel.id}`;
    if (now !== shown) {
      shown = now;
      list.replaceChildren();
      rows.clear();
      const isWebhook = channel.kind === "webhook";
      title.textContent = `${["webhook", "direct", "home"].includes(channel.kind) ? "" : "# "}${channel.name}`;
      subtitle.textContent = isWebhook ? state.workspace.webhook.url : `You are ${state.workspace.names[person]}`;
      beginning.replaceChildren(intro(state.workspace, isWebhook ? TODO.webhook : TODO.chat));
      toEnd();
    }
    if (update(state, rows, list, rowsOf(state, channel, threads), openCommand)) settle();
    scroller.hidden = channel.kind === "home";
    scroller.classList.toggle("empty", !rows.size);
    if (followed !== state.follows) {
      followed = state.follows;
      toEnd();
      scroller.closest(".chat").scrollIntoView({ block: "end" }); // if the page is longer than the window
    }
  });
  scroller.addEventListener("scroll", () => {
    const isAtEnd = scroller.scrollTop > -AWAY_PX;
    if (isAtEnd && document.activeElement === latest) scroller.focus({ preventScroll: true });
    latest.hidden = isAtEnd;
  });
  latest.addEventListener("click", () => {
    toEnd();
    scroller.focus({ preventScroll: true });
  });

  function toEnd() {
    scroller.scrollTop = 0;
  }
}

function update(state, rows, list, wanted, openCommand) {
  let changed = false;
  for (const [key, row] of rows) {
    if (wanted.some((it) => it.key === key)) continue;
    row.node.remove();
    rows.delete(key);
    changed = true;
  }
  let before = null;
  for (const it of wanted) {
    const sign = JSON.stringify(it.sign);
    const old = rows.get(it.key);
    if (old?.sign !== sign) {
      const node = it.draw(state, openCommand);
      if (old) replace(old.node, node);
      else if (before) before.after(node);
      else list.prepend(node);
      rows.set(it.key, { node, sign });
      changed = true;
    }
    before = rows.get(it.key).node;
  }
  return changed;
}

/** Replace a row; the focus stays on its button. */
function replace(old, node) {
  const at = [...old.querySelectorAll("button, a")].indexOf(document.activeElement);
  old.replaceWith(node);
  if (at >= 0) node.querySelectorAll("button, a")[at]?.focus({ preventScroll: true });
}

/** Return the rows of a conversation, in order; a message's thread follows it. */
function rowsOf(state, channel, threads) {
  const all = state.messages().filter(([, it]) => it.channel === channel.id);
  const messages = all.filter(([, it]) => !it.thread);
  const own = state.commands().filter((it) => it.channel === channel.id && (it.event || it.person === state.chosen.person));
  const rows = [
    ...messages.map(([key, message]) => {
      const replies = all.filter(([, it]) => it.thread === message.ts);
      const thread = replies.length ? threadRow(key, message, replies, threads, state) : null;
      return { ...messageRow(key, message, state), at: Number(message.ts), thread };
    }),
    ...own.map((command) => ({
      key: `typed ${command.id}`,
      at: command.at / 1000 - 0.0005,
      sign: [command.typed, command.event, command.state],
      draw: (...rest) => (command.event ? eventRow : typedRow)(command, ...rest),
    })),
  ];
  return rows.sort((one, other) => one.at - other.at).flatMap((it) => (it.thread ? [it, it.thread] : [it]));
}

function messageRow(key, message, state) {
  const command = state.answered(key);
  return { key, sign: [message, command?.id], draw: (...rest) => messageNode(key, message, command, ...rest) };
}

/** Return the row of a thread. It is open if it has news that mention the reader, until the reader closes it. */
function threadRow(key, message, replies, threads, state) {
  const rows = replies.map(([its, reply]) => messageRow(its, reply, state));
  const isOpen = threads.get(key) ?? replies.some(([, it]) => it.pings_you);
  const turn = () => {
    threads.set(key, !isOpen);
    state.choose({});
  };
  return {
    key: `thread ${key}`,
    sign: [isOpen, rows.map((it) => it.sign)],
    draw: (...rest) => threadNode(message, rows.map((it) => it.draw(...rest)), isOpen, turn),
  };
}

function threadNode(message, replies, isOpen, turn) {
  const id = `thread-${message.channel}-${message.ts}`;
  const about = element("span", { class: "spoken" }, ` to ${message.text.split("\n")[0]}, ${exactly(Number(message.ts) * 1000)}`);
  const label = [`${replies.length} ${replies.length === 1 ? "reply" : "replies"}`, about];
  return element(
    "li",
    { class: "thread" },
    button(label, turn, { class: "more", "aria-expanded": String(isOpen), "aria-controls": id }),
    element("ol", { id, hidden: !isOpen }, replies),
  );
}

function messageNode(key, message, command, state, openCommand) {
  const { person } = state.chosen;
  const where = { person, channel: message.channel, ts: message.ts };
  const fields = [];
  const hands = { ...state.hands(), fields, act: (what) => perform("click", { ...where, entered: enteredIn(fields), ...what }) };
  // A click may change a message that was there before it.
  const after = command ? Number(message.ts) * 1000 - command.at : 0;
  const happened = after < 0 ? "What happened" : `What happened · after ${duration(after)}`;
  return element(
    "li",
    { class: `message${message.only_you ? " ephemeral" : ""}`, "data-key": key },
    avatar(message.name, message.app),
    element(
      "div",
      { class: "message-body" },
      message.only_you ? element("p", { class: "only-you" }, "Only visible to you") : null,
      heading(message.name, Number(message.ts) * 1000, message.app ? element("span", { class: "app" }, "APP") : null),
      messageBody(message, hands),
      message.edited ? element("span", { class: "edited" }, "(edited)") : null,
      command
        ? button(named(happened, command, command.answers.indexOf(key) + 1), () => openCommand(command.id), { class: "more" })
        : null,
    ),
    message.only_you ? null : moreActions(message, state, where),
  );
}

/** Return the menu of the app's shortcuts on a message; null if it has none. */
function moreActions(message, state, where) {
  const items = state.shortcuts("message").map(({ name, description, callback_id: id }) => ({
    label: name,
    description,
    act: () => perform("shortcut", { ...where, callback_id: id }),
  }));
  if (!items.length) return null;
  const name = `More actions: ${message.name}, ${message.text.split("\n")[0].slice(0, 60)}, ${exactly(Number(message.ts) * 1000)}`;
  return menuButton("⋮", name, items, { class: "more-actions", title: "More actions" });
}

function typedRow(command, state, openCommand) {
  return element(
    "li",
    { class: "message typed", "data-key": `typed ${command.id}` },
    avatar(state.workspace.names[command.person], false),
    element(
      "div",
      { class: "message-body" },
      heading(state.workspace.names[command.person], command.at, element("span", { class: "aside" }, `what you ${command.is_typed ? "typed" : "did"}; Slack doesn’t show it`)),
      element("p", {}, command.is_typed ? element("code", {}, command.typed) : command.typed),
      STATES[command.state]
        ? button(named(STATES[command.state], command), () => openCommand(command.id), { class: `more ${command.state}` })
        : null,
    ),
  );
}

function eventRow(command, state, openCommand) {
  const { caller } = command.event;
  const label = ["What happened", STATES[command.state]].filter(Boolean).join(" · ");
  return element(
    "li",
    { class: "message", "data-key": `event ${command.id}` },
    avatar(caller, false),
    element(
      "div",
      { class: "message-body" },
      heading(caller, command.at, element("span", { class: "aside" }, "by the webhook")),
      eventBody(command, label, named, state, openCommand),
    ),
  );
}

function heading(name, ms, beside) {
  const iso = new Date(ms).toISOString();
  return element("p", { class: "by" }, element("strong", {}, name), beside, element("time", { datetime: iso, title: exactly(ms) }, clock(ms)));
}

/** Return a label that only screen readers read to its end, so that no two have the same name: which command it is about. */
function named(label, command, answer = 0) {
  const which = `${answer ? `, answer ${answer} to` : ":"} ${command.typed}, ${exactly(command.at)}, ${command.order_id || command.id}`;
  return [label, element("span", { class: "spoken" }, which)];
}

function avatar(name, isApp) {
  return element("span", { class: `avatar ${isApp ? "bot" : `of-${name}`}`, "aria-hidden": "true" }, isApp ? "●" : name[0].toUpperCase());
}
