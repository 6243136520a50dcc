// "Rules": the team's configuration. It is compared with the current version before it can be saved.

import { clock } from "./dates.js";
import { button, element } from "./dom.js";
import { compare, configuration, put, restore } from "./system.js";

const KINDS = { "+": ["added", "New: "], "-": ["gone", "Gone: "], "~": ["changed", "Changed: "] };

/** Return { node, draw, opened }. */
export function rules(state) {
  const version = element("h3", { class: "version", tabindex: "-1" });
  const wrong = element("p", { class: "verdict failed", hidden: true });
  const input = element("textarea", { id: "rules-text", rows: "11", spellcheck: "false", autocapitalize: "off", "aria-describedby": "rules-help", input: edited });
  const result = element("div", { class: "result", role: "status" });
  const putButton = button("Save", putIt, { class: "message-button primary", hidden: true });
  const versions = element("ul", { class: "versions" });
  const node = element(
    "div",
    { class: "rules" },
    element("p", { class: "note" }, "One document says who may record what, and what a channel means by a short command. The bot reads it anew each minute."),
    version,
    wrong,
    element("label", { for: "rules-text" }, "The team’s configuration, as YAML"),
    input,
    element("p", { class: "note", id: "rules-help" }, "See what changes first; then you can save it. docs/permissions.md explains each name."),
    element(
      "div",
      { class: "acts" },
      button("Show what changes", showChanges, { class: "message-button" }),
      putButton,
      button("Discard my changes", load, { class: "message-button" }),
    ),
    result,
    element("h3", {}, "Versions"),
    versions,
  );
  let held = null; // the configuration as it was last read
  let asked = 0; // answers to earlier questions are dropped

  /** Read what holds. What the reader has changed stays. */
  function opened() {
    if (held === null || input.value === held.source) load();
  }

  function load() {
    return answer(configuration(), (now) => take(now, ""));
  }

  function showChanges() {
    const source = input.value;
    return answer(compare(source), ({ changes, unknown }) => {
      if (source !== input.value) return;
      putButton.hidden = false;
      putButton.textContent = `Save as version ${held.versions.reduce((most, it) => Math.max(most, it.version), held.version) + 1}`;
      const lines = changes ?? [];
      say(unknown ?? (lines.length ? `${lines.length} ${lines.length === 1 ? "change" : "changes"}:` : "Nothing changes but the text."), lines.map(change));
    });
  }

  function putIt() {
    return answer(put(input.value, held.version, state.chosen.person), (now) => {
      take(now, `Version ${now.version} is saved. The bot reads it within a minute.`);
      version.focus(); // the button that had the focus is gone
    });
  }

  function goBack(number) {
    return answer(restore(number, held.version, state.chosen.person), (now) => {
      take(now, `Version ${now.version} is saved, with the document of version ${number}. The bot reads it within a minute.`);
      version.focus();
    });
  }

  /** Show what the server says: its problems, or what `done` makes of it. */
  async function answer(question, done) {
    asked += 1;
    const number = asked;
    let said;
    try {
      said = await question;
    } catch {
      return; // the page says that the system does not answer
    }
    if (number !== asked) return;
    if (said.problems) {
      putButton.hidden = true;
      input.setAttribute("aria-invalid", "true");
      say("It can’t be saved:", said.problems.map((problem) => element("li", { class: "problem" }, problem)));
    } else {
      input.removeAttribute("aria-invalid");
      done(said);
    }
  }

  function take(now, text) {
    held = now;
    input.value = now.source;
    putButton.hidden = true;
    version.textContent = now.version ? `Version ${now.version} is in use` : "No configuration saved. The default rules apply";
    wrong.hidden = !now.wrong;
    wrong.textContent = now.wrong && `It is broken: ${now.wrong}. The newest valid version is used instead.`;
    versions.replaceChildren(...(now.versions.length ? now.versions.map(line) : [element("li", {}, "None yet")]));
    say(text, []);
  }

  function line(it) {
    const about = `Version ${it.version}, saved at ${clock(it.at)} by ${it.by}`;
    const isCurrent = it.version === held.version && !held.wrong;
    return element("li", {}, about, isCurrent ? element("span", { class: "note" }, "in use") : button(`Go back to ${it.version}`, () => goBack(it.version), { class: "message-button" }));
  }

  function say(text, items) {
    result.replaceChildren(...(text ? [element("p", {}, text)] : []), ...(items.length ? [element("ul", {}, items)] : []));
    if (text) result.scrollIntoView({ block: "nearest" });
  }

  function edited() {
    asked += 1;
    putButton.hidden = true;
    input.removeAttribute("aria-invalid");
    say("", []);
  }

  return { node, draw: () => {}, opened };
}

function change(line) {
  const [kind, spoken] = KINDS[line[0]];
  return element("li", { class: kind }, element("strong", {}, spoken), line.slice(2));
}
