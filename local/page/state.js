// What the page knows: the system's documents by their keys, and what the reader has chosen. Whoever draws subscribes.

export class State {
  #documents = new Map();
  #drawers = [];
  #due = false;

  constructor(workspace, chosen) {
    this.workspace = workspace;
    this.chosen = chosen; // person, channel, command (a request's id, or null for the newest), view (of the panel, or null)
  }

  /** Take news; `all`: whatever isn't among it is gone. */
  take(news, all) {
    if (all) this.#documents.clear();
    for (const [key, document] of news) {
      if (document === null) this.#documents.delete(key);
      else this.#documents.set(key, document);
    }
    this.#draw();
  }

  /** Choose something else. */
  choose(changes) {
    Object.assign(this.chosen, changes);
    this.#draw();
  }

  /** Call `draw` after every change, many changes at once. */
  subscribe(draw) {
    this.#drawers.push(draw);
  }

  document(key) {
    return this.#documents.get(key);
  }

  messages() {
    return this.#under("message ");
  }

  /** Give the commands and events, the oldest first. */
  commands() {
    return this.#under("command ").map(([, command]) => command).sort((one, other) => one.at - other.at);
  }

  /** Give the command or event that is looked at: the chosen one, by its id or its order's, or the newest. */
  command() {
    const commands = this.commands();
    const wanted = this.chosen.command;
    return commands.find((it) => wanted && (it.id === wanted || it.order_id === wanted)) ?? commands.at(-1) ?? null;
  }

  /** Whether a command was chosen that isn't there, though others are. */
  isMissing() {
    const { command: wanted } = this.chosen;
    const commands = this.commands();
    return Boolean(wanted && commands.length && !commands.some((it) => it.id === wanted || it.order_id === wanted));
  }

  /** Whether a command or event can be sent again: of the callers the page has the key of one. */
  isRepeatable({ event }) {
    return !event || event.caller === this.workspace.webhook.caller;
  }

  /** Give the command or event that a message answers, if any. */
  answered(key) {
    return this.commands().find((it) => it.answers.includes(key)) ?? null;
  }

  /** Give the conversations of the chosen person, and beside them the webhook. */
  channels() {
    const { channel, caller } = this.workspace.webhook;
    return [...this.workspace.channels[this.chosen.person], { id: channel, name: `webhook ${caller}`, kind: "webhook" }];
  }

  channel() {
    return this.channels().find((it) => it.id === this.chosen.channel) ?? this.channels()[0];
  }

  #under(prefix) {
    return [...this.#documents].filter(([key]) => key.startsWith(prefix));
  }

  #draw() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      for (const draw of this.#drawers) draw();
    });
  }
}
