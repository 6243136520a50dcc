"""Answer what a person does without typing: clicks, forms, shortcuts, and opening the home tab."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.asking import Asking
from bot.commands.start import START
from bot.commands.subcommand import Asked, Placing
from bot.conversation import Conversation
from bot.interactions import INTERACTIONS
from bot.interactions.form import CHANNEL, TITLE, errors_of, opened_in, values_in
from bot.interactions.interaction import Click, Interaction, Typed, UnknownValue
from bot.language.corrections import CommandError
from bot.messages import replies
from bot.messages.blocks import Audience, Reply, one_line, person, reply
from bot.messages.controls import ControlName, name_of
from bot.messages.views import message
from bot.payloads import Clicked, ClickedInView, HomeOpened, Shortcut, Submitted
from shared.actors import Actor, Through
from shared.order_ids import order_id_of_click
from shared.orders import Home, NotQueued, Order, PerhapsQueued, Show

_INTERACTIONS: Mapping[str, Interaction] = {interaction.name: interaction for interaction in INTERACTIONS}
_MOST_TEXT = 3000


@dataclass(frozen=True, slots=True)
class ToClick:
    """The answer to a click: the reply, and whether it replaces the message that was clicked on."""

    reply: Reply
    replaces: bool


@dataclass(frozen=True, slots=True)
class ToSubmission:
    """The answer to a form: errors at its fields, a view in its place, or a reply when it is closed."""

    errors: Mapping[str, str] = field(default_factory=dict)
    view: Mapping[str, Any] | None = None
    reply: Reply | None = None
    response_url: str = field(default="", repr=False)
    """Where the reply goes."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Answers clicks, forms and shortcuts: with a reply or a view, or an order that is on the queue by then."""

    conversation: Conversation

    def answer_shortcut(self, shortcut: Shortcut) -> Reply | None:
        """Open the form, with what the message says; None if there is nothing more to say, or no way to say it."""
        asker, trigger_id, text = shortcut.asker, shortcut.trigger_id, shortcut.message.text or ""
        if asker is None:
            self.conversation.open_form(trigger_id, text)
            return None
        is_opened = self.conversation.open_form(trigger_id, text, asker.channel_id, asker.channel_name)
        return None if is_opened else self.conversation.answer("", asker)

    def answer_form(self, submitted: Submitted) -> ToSubmission:
        """Answer the form: with errors at its fields, another view in its place, or an order."""
        opened = opened_in(submitted.view.callback_id, submitted.view.private_metadata)
        if opened is None:
            return ToSubmission(view=message(TITLE, replies.old_form(self.conversation.command)))
        place = next(iter(submitted.response_urls), None)
        if place is None:
            return ToSubmission(errors={CHANNEL: "choose the channel where the recording's message is posted"})
        asking = self.conversation.asking(submitted.asker(place, opened.name_of(place.channel_id)))
        context = asking.asked.context
        has_defaults = opened.has_defaults_for(place.channel_id)
        begun = self.conversation.context(asking.rules, opened.channel_id) if has_defaults else None
        try:
            values = values_in(submitted.entered, context, begun)
            done = asking.run(lambda asked: START.run(values, asked), START.right)
        except CommandError as error:
            return ToSubmission(errors=errors_of(error, context))
        if isinstance(done, Reply):
            return ToSubmission(view=message(TITLE, done))
        accepted, trouble = asking.place(done, order_id_of_click(*submitted.identity), asking.reply_to, Through.FORM)
        if trouble is not None:
            return ToSubmission(view=message(TITLE, trouble))
        return ToSubmission(reply=accepted, response_url=place.response_url)

    def answer_click(self, clicked: Clicked) -> ToClick | None:
        """Answer a click; None if there is nothing to say at once."""
        name = name_of(clicked.action_id)
        if name == ControlName.LINK:
            return None
        asking, is_ephemeral = self.conversation.asking(clicked.asker), clicked.container.is_ephemeral
        interaction = _INTERACTIONS.get(name)
        if interaction is None:
            return ToClick(replies.old_button(self.conversation.command), replaces=False)
        click = Click(clicked.value, clicked.container.message_ts, is_ephemeral, clicked.at)
        replaces = is_ephemeral and interaction.overtakes
        done = _interact(asking, interaction, click)
        if isinstance(done, Reply):
            return ToClick(done, replaces)
        acts, is_shown = not isinstance(done.action, Show), done.redraws and not is_ephemeral
        is_left = is_ephemeral or not interaction.overtakes or not clicked.is_known
        is_overtaken = acts and not is_left and (clicked.container.is_in_thread or not is_shown)
        is_sure = is_overtaken and asking.asked.rights.is_sure(done.action, done.about, asking.asked.now)
        ts = None if is_ephemeral else clicked.container.message_ts
        shown_in = {"clicked": ts, "replaces": replaces and not done.keeps}
        reply_to = asking.reply_to and asking.reply_to.model_copy(update=shown_in)
        accepted, trouble = asking.place(done, order_id_of_click(*clicked.identity), reply_to, Through.CLICK)
        if is_sure and trouble is None:
            return ToClick(_overtaken(clicked, accepted, asking.asked.actor), replaces=True)
        return None if is_shown and trouble is None else ToClick(trouble or accepted, replaces)

    def answer_click_in_view(self, clicked: ClickedInView) -> None:
        """Answer a click in the home tab, by another view or by publishing the tab anew."""
        name, click, order_id = name_of(clicked.click.action_id), clicked.click, order_id_of_click(*clicked.identity)
        if name == ControlName.LINK:
            return
        if name == ControlName.FORM:
            self.conversation.open_form(clicked.trigger_id, "")
            return
        asking, interaction = self.conversation.asking(clicked.by), _INTERACTIONS.get(name)
        done: Reply | Placing = replies.old_button(self.conversation.command)
        if interaction is not None:
            done = _interact(asking, interaction, Click(click.chosen, "", is_ephemeral=False, at=click.at))
        if isinstance(done, Placing):
            accepted, trouble = asking.place(done, order_id, None, Through.CLICK)
            if done.redraws and trouble is None:
                return  # the recorder publishes the tab when it shows that
            done = trouble or accepted
        self.conversation.open_view(clicked.trigger_id, message("recordbot", done))
        self._publish_home(clicked.user.id, order_id_of_click("home", *clicked.identity))

    def publish_home(self, opened: HomeOpened) -> None:
        """Have the home tab published that somebody has opened."""
        if opened.event.tab == "home":
            self._publish_home(opened.event.user, order_id_of_click("home", opened.event_id))

    def _publish_home(self, user_id: str, order_id: str) -> None:
        home, actor = Home(is_opened=True), Actor(kind="slack_user", id=user_id)
        # If the queue doesn't take it, the log says so, and the person opens the tab again.
        with suppress(NotQueued, PerhapsQueued):
            now = self.conversation.clock()
            self.conversation.put(
                Order(order_id=order_id, actor=actor, action=home, placed_at=now, through=Through.CLICK)
            )


def _interact(asking: Asking, interaction: Interaction, click: Click) -> Reply | Placing:
    """Return what the interaction answers or places."""

    def run(asked: Asked) -> Reply | Placing:
        try:
            done = interaction.run(click, asked)
        except UnknownValue:
            return replies.old_button(asked.context.command)
        return asking.read(done.text) if isinstance(done, Typed) else done

    return asking.run(run, interaction.right)


def _overtaken(clicked: Clicked, accepted: Reply, by: Actor) -> Reply:
    """Return the message that was clicked on without the buttons that are used up, and with what was asked below."""
    line = reply(Audience.CHANNEL, [*one_line(accepted), " · by ", person(by)])
    text, blocks = (None, None) if clicked.message is None else (clicked.message.text, clicked.message.blocks)
    shown = [left for left in (_without_used(block, clicked) for block in blocks or ()) if left is not None]
    text = "\n".join(filter(None, (text, line.text)))
    return Reply(text[:_MOST_TEXT], [*shown, *line.blocks], Audience.CHANNEL)


def _without_used(block: dict[str, Any], clicked: Clicked) -> dict[str, Any] | None:
    """Return the block without the buttons that act on what was clicked on; None if nothing is left.

    A reply in a thread, which is never drawn again, loses them all.
    """
    if block.get("type") != "actions":
        return block
    elements = block.get("elements")
    if clicked.container.is_in_thread or not isinstance(elements, list):
        return None
    acting = {name for name, interaction in _INTERACTIONS.items() if interaction.overtakes}
    left = [it for it in elements if it.get("value") != clicked.value or name_of(it.get("action_id", "")) not in acting]
    return block | {"elements": left} if left else None
