// The app's modal: a form, which the person submits or closes.

import { drawnBlocks } from "./blocks.js";
import { button, element } from "./dom.js";
import { enteredIn } from "./elements.js";
import { decoded } from "./mrkdwn.js";
import { perform } from "./system.js";

const TROUBLE = "We had some trouble connecting. Try again?";

/** Draw the modal into the dialog, and keep it up to date. */
export function drawModal(state, dialog, hands) {
  let shown = "";
  let built = "";
  let announced = "";
  let fields = [];

  state.subscribe(() => {
    const view = state.document("modal");
    if (!view) {
      shown = "";
      built = "";
      if (dialog.open) dialog.close(); // the focus returns to where it was
      return;
    }
    const sign = `${state.chosen.person} ${view.id} ${view.hash}`;
    if (sign !== shown) build(view);
    shown = sign;
    const news = JSON.stringify([sign, view.errors, view.trouble]);
    if (news !== announced) tell(view);
    announced = news;
    if (!dialog.open) {
      dialog.showModal();
      focusFirst();
    }
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });

  function act(name, more) {
    return perform(`modal/${name}`, { person: state.chosen.person, entered: enteredIn(fields), ...more });
  }

  function close() {
    perform("modal/close", { person: state.chosen.person });
  }

  function build(view) {
    const entered = view.id === built ? enteredIn(fields) : {}; // as in Slack, it stays where block_id and action_id do
    built = view.id;
    fields = [];
    const own = { ...hands(), values: view.state.values, entered, fields, act: (what) => act("click", what) };
    const submit = view.submit
      ? element("button", { type: "submit", class: "message-button primary" }, decoded(view.submit.text))
      : null;
    const form = element(
      "form",
      {
        novalidate: true,
        submit: (event) => {
          event.preventDefault();
          if (form.getAttribute("aria-busy") === "true") return;
          form.setAttribute("aria-busy", "true");
          act("submit").finally(() => form.setAttribute("aria-busy", "false"));
        },
      },
      element(
        "header",
        {},
        element("h2", { id: "modal-title" }, decoded(view.title.text)),
        button("✕", close, { class: "close", "aria-label": "Close" }),
      ),
      element("div", { class: "modal-body", tabindex: "-1" }, element("p", { class: "trouble", role: "alert" }), drawnBlocks(view.blocks, own)),
      element(
        "footer",
        { class: "actions" },
        button(view.close ? decoded(view.close.text) : view.is_pushed ? "Back" : "Cancel", close, { class: "message-button" }),
        submit,
      ),
    );
    const isNew = dialog.open;
    dialog.replaceChildren(form);
    if (isNew) focusFirst();
  }

  function focusFirst() {
    (dialog.querySelector("[autofocus]") ?? fields[0]?.node ?? dialog.querySelector(".modal-body button") ?? dialog.querySelector("[type=submit]"))?.focus();
  }

  /** Show the errors at their fields, and go to the first of them. */
  function tell(view) {
    const count = Object.keys(view.errors).length;
    dialog.querySelector(".trouble").textContent = view.trouble ? TROUBLE : "";
    for (const node of dialog.querySelectorAll(".field")) {
      const error = view.errors[node.dataset.block];
      node.classList.toggle("wrong", Boolean(error));
      node.querySelector(".field-error").textContent = error ?? "";
    }
    for (const { blockId, node } of fields) {
      if (view.errors[blockId]) node.setAttribute("aria-invalid", "true");
      else node.removeAttribute("aria-invalid");
    }
    if (count) fields.find(({ blockId }) => view.errors[blockId])?.node.focus();
  }
}
