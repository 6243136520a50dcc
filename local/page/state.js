// The page's state: the system's documents by their keys, and what the reader has chosen. The parts subscribe to changes.

export class State {
  #documents = new Map();
  #drawers = [];
  #due = false;
  #isHeld = false;
  #isOwed = false;

  constructor(workspace, chosen) {
    this.workspace = workspace;
    this.follows = 0; // how often the reader has sent something
    this.chosen = chosen; // person, channel, command (a request's id, or null for the newest), view (of the panel, or null)
  }

  /** Take changed documents; if they are `all` documents, the others are gone. */
  take(news, all) {
    if (all) this.#documents.clear();
    for (const [key, document] of news) {
      if (document === null) this.#documents.delete(key);
      else this.#documents.set(key, document);
    }
    if (this.#isHeld) this.#isOwed = true;
    else this.#draw();
  }

  /** Choose the newest command, and the conversation's end: the reader sends something. */
  follow() {
    this.follows += 1;
    this.choose({ command: null });
  }

  /** Change what is chosen. */
  choose(changes) {
    Object.assign(this.chosen, changes);
    this.#draw();
  }

  /** Call `draw` after changes, once for changes that come together. */
  subscribe(draw) {
    this.#drawers.push(draw);
  }

  /** While `isHeld`, changed documents are taken, but not drawn. */
  hold(isHeld) {
    this.#isHeld = isHeld;
    if (isHeld || !this.#isOwed) return;
    this.#isOwed = false;
    this.#draw();
  }

  document(key) {
    return this.#documents.get(key);
  }

  messages() {
    return this.#under("message ");
  }

  /** Return the commands and events, the oldest first. */
  commands() {
    return this.#under("command ").map(([, command]) => command).sort((one, other) => one.at - other.at);
  }

  /** Return the events for other systems, in the order in which they came. */
  sent() {
    return this.#under("sent ").map(([, event]) => event);
  }

  /** Return the chosen command or event, or the newest if none is chosen. */
  command() {
    const commands = this.commands();
    const wanted = this.chosen.command;
    return commands.find((it) => wanted && (it.id === wanted || it.order_id === wanted)) ?? commands.at(-1) ?? null;
  }

  /** Return whether the chosen command doesn't exist, though others do. */
  isMissing() {
    const { command: wanted } = this.chosen;
    const commands = this.commands();
    return Boolean(wanted && commands.length && !commands.some((it) => it.id === wanted || it.order_id === wanted));
  }

  /** Return whether a command or event can be sent again: the page's server has the key of only one caller. */
  isRepeatable({ event, is_typed: isTyped }) {
    return event ? event.caller === this.workspace.webhook.caller : isTyped;
  }

  /** Return the command or event that a message answers, or null. */
  answered(key) {
    return this.commands().find((it) => it.answers.includes(key)) ?? null;
  }

  /** Return the conversations of the chosen person, the app's home tab, and the webhook. */
  channels() {
    const { app, webhook } = this.workspace;
    return [
      ...this.workspace.channels[this.chosen.person],
      { id: app.channel, name: `${app.name} home`, kind: "home" },
      { id: webhook.channel, name: `webhook ${webhook.caller}`, kind: "webhook" },
    ];
  }

  /** Return what elements of blocks need to know (elements.js). */
  hands() {
    const { names, people, channels } = this.workspace;
    return { names, people, channels: channels[this.chosen.person] };
  }

  /** Return the app's shortcuts of that type: global, or message. */
  shortcuts(type) {
    return this.workspace.shortcuts.filter((it) => it.type === type);
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
