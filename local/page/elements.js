// The buttons, menus and inputs of blocks.
//
// `hands` says what is known and what an act does: names, people, channels; act({ block_id, action_id, chosen });
// `values`, the state of a view, and `entered`, what was entered since; and `fields`, where each element that keeps something is noted, to be read later.

import { confirmed } from "./confirm.js";
import { button, element } from "./dom.js";
import { menuButton } from "./menu.js";
import { decoded, textNodes } from "./mrkdwn.js";
import { link } from "./references.js";

const PREFIXES = { public: "# ", private: "🔒 ", direct: "" };
const KINDS = { public: "public", private: "private", direct: "im" };

/** Return the element's node. `field` is set in a form: the attributes of its control, and whether it acts by itself. */
export function drawnElement(it, blockId, hands, field = null) {
  const send = (chosen) => hands.act({ block_id: blockId, action_id: it.action_id ?? "", chosen });
  const act = (chosen = null, deny = () => {}) => confirmed(it.confirm, hands.names, () => send(chosen), deny);
  const acts = !field || field.acts;
  const attributes = field?.attributes ?? { "aria-label": it.placeholder ? decoded(it.placeholder.text) : "Choose" };
  switch (it.type) {
    case "button":
      return drawnButton(it, hands.names, () => act(it.value ?? null));
    case "overflow":
      return menuButton("⋯", "More options", it.options.map((option) => item(option, hands.names, act)), { class: "message-button overflow" });
    case "static_select":
    case "conversations_select":
    case "users_select":
      return select(it, attributes, acts && act, hands, blockId);
    case "multi_static_select":
    case "checkboxes":
    case "radio_buttons":
      return choices(it, attributes, acts && act, hands, blockId);
    default:
      return input(it, attributes, acts && act, hands, blockId);
  }
}

/** Return what is in the fields, by their block_id and action_id. */
export function enteredIn(fields) {
  const entered = {};
  for (const { blockId, actionId, read } of fields) (entered[blockId] ??= {})[actionId] = read();
  return entered;
}

function drawnButton(it, names, act) {
  const label = textNodes(it.text, names);
  if (!it.url) return button(label, act, { class: `message-button ${it.style ?? ""}`, "aria-label": it.accessibility_label });
  // A link is opened by the browser, and Slack tells the app of the click all the same.
  return element("span", { class: `message-button ${it.style ?? ""}`, click: ({ target }) => target.closest("a") && act() }, link(it.url, label));
}

function item(option, names, act) {
  const description = option.description ? textNodes(option.description, names) : null;
  return { label: textNodes(option.text, names), description, act: () => act(option.value) };
}

function select(it, attributes, act, hands, blockId) {
  const began = valueOf(it, blockId, hands) ?? "";
  const node = element(
    "select",
    { class: "select", ...attributes, autofocus: it.focus_on_load },
    element("option", { value: "" }, it.placeholder ? decoded(it.placeholder.text) : "Choose"),
    it.option_groups
      ? it.option_groups.map((group) => element("optgroup", { label: decoded(group.label.text) }, options(group.options)))
      : options(offered(it, hands)),
  );
  node.value = began;
  let before = node.value;
  node.addEventListener("change", () => {
    if (!act) return;
    act(node.value, () => { node.value = before; });
    before = node.value;
  });
  note(it, blockId, hands, node, () => node.value || null);
  return node;
}

function offered(it, hands) {
  if (it.type === "users_select") return hands.people.map(({ id, name }) => ({ value: id, name }));
  if (it.type === "conversations_select") {
    const include = it.filter?.include;
    const channels = hands.channels.filter(({ kind }) => !include || include.includes(KINDS[kind]));
    return channels.map(({ id, name, kind }) => ({ value: id, name: `${PREFIXES[kind]}${name}` }));
  }
  return it.options;
}

function options(list) {
  return list.map((it) => element("option", { value: it.value }, it.name ?? decoded(it.text.text)));
}

function choices(it, attributes, act, hands, blockId) {
  const isOne = it.type === "radio_buttons";
  const began = [valueOf(it, blockId, hands) ?? []].flat();
  const groups = it.option_groups ?? [{ options: it.options }];
  const name = `${blockId} ${it.action_id}`;
  const node = element("div", { class: `choices ${it.type}`, role: isOne ? "radiogroup" : "group", ...attributes });
  const read = () => [...node.querySelectorAll("input:checked")].map((each) => each.value);
  const chosen = () => (isOne ? read()[0] ?? null : read());
  node.append(
    ...groups.flatMap(({ label, options: list }) => [
      ...(label ? [element("p", { class: "note" }, decoded(label.text))] : []),
      ...list.map((option) =>
        element(
          "label",
          {},
          element("input", {
            type: isOne ? "radio" : "checkbox",
            name,
            value: option.value,
            checked: began.includes(option.value),
            change: () => act && act(chosen()),
          }),
          element(
            "span",
            {},
            textNodes(option.text, hands.names),
            option.description ? element("span", { class: "note" }, textNodes(option.description, hands.names)) : null,
          ),
        ),
      ),
    ]),
  );
  note(it, blockId, hands, node.querySelector("input"), chosen);
  return node;
}

function input(it, attributes, act, hands, blockId) {
  const isNumber = it.type === "number_input";
  const triggers = it.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const node = element(it.multiline ? "textarea" : "input", {
    class: "input",
    ...(it.multiline ? { rows: "3" } : { type: "text" }),
    inputmode: isNumber ? (it.is_decimal_allowed ? "decimal" : "numeric") : null,
    placeholder: it.placeholder ? decoded(it.placeholder.text) : null,
    autofocus: it.focus_on_load,
    autocomplete: "off",
    ...attributes,
    input: () => act && triggers.includes("on_character_entered") && act(node.value),
    keydown: (event) => {
      if (event.key !== "Enter" || !act || !triggers.includes("on_enter_pressed")) return;
      event.preventDefault();
      act(node.value);
    },
  });
  node.value = valueOf(it, blockId, hands) ?? "";
  note(it, blockId, hands, node, () => node.value || null);
  return node;
}

function note(it, blockId, hands, node, read) {
  hands.fields?.push({ blockId, actionId: it.action_id ?? "", node, read });
}

/** Return what is in an element: what was entered, or the view's state, or what it begins with. */
function valueOf(it, blockId, hands) {
  const entered = hands.entered?.[blockId]?.[it.action_id ?? ""];
  if (entered !== undefined) return entered;
  const state = hands.values?.[blockId]?.[it.action_id ?? ""];
  const kept = state ?? { value: it.initial_value, selected_option: it.initial_option, selected_options: it.initial_options };
  const several = kept.selected_options?.map(({ value }) => value);
  const id = state ? state.selected_conversation ?? state.selected_user : it.initial_conversation ?? it.initial_user;
  return kept.value ?? kept.selected_option?.value ?? several ?? id ?? null;
}
