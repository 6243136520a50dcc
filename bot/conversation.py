"""Answer what a person asks, typed or clicked: the same rights, orders and answers hold for both."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.asker import Asker, Clicked, ClickedInView, HomeOpened, Shortcut, Somebody, Submitted
from bot.commands import SUBCOMMANDS, lexicon_in
from bot.commands.rights import NotAllowed, Recordings, Rights
from bot.commands.start import START
from bot.commands.subcommand import Asked, Context, Placing
from bot.interactions import INTERACTIONS
from bot.interactions.form import CHANNEL, TITLE, errors_of, form_of, opened_in, typed_in, values_in
from bot.interactions.interaction import Click, Interaction, Typed, UnknownValue
from bot.language.corrections import CommandError
from bot.language.normalising import from_slack, normalise
from bot.language.parser import parse
from bot.messages import replies
from bot.messages.blocks import Audience, Reply, one_line, person, reply
from bot.messages.controls import ControlName, name_of
from bot.messages.refusals import refused
from bot.messages.views import message
from shared.actors import Actor, Through
from shared.orders import Home, NotQueued, Order, PerhapsQueued, Show, new_order_id, order_id_of_click
from shared.questions import FOREIGN, NOT_SAID, Need, Person, Place
from shared.recordings import Unavailable
from shared.refusals import Lacking, Refusal
from shared.slack_refs import ReplyTo
from shared.team import InForce, Right

_SUBCOMMANDS = {subcommand.words.name: subcommand for subcommand in SUBCOMMANDS}
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
class Conversation:
    """Answers commands and clicks: with a reply, or an order that it puts on the queue before the person reads so."""

    command: str
    """The slash command's name."""
    idle_default: int
    """The max_idle_time, in seconds, for a command without `idle=`."""
    recordings: Callable[[], Recordings]
    """Returns what reads the ledger, for what asks about recordings."""
    put: Callable[[Order], None]
    """Puts an order on the queue. It raises NotQueued or PerhapsQueued."""
    report_away: Callable[[Unavailable], None]
    """Gets what `recordings` raises as Unavailable. The answer is to try again."""
    team: Callable[[], InForce]
    """Returns the team's configuration."""
    record_rule_id: str = ""
    """The recording rule for a command without `rule=`; empty for none."""
    look_up: Callable[[str, frozenset[Need]], Person] = lambda _user_id, _needs: NOT_SAID
    """Asks Slack about the person with that id, where what is shown depends on it."""
    report_refusal: Callable[[Actor, Place, Refusal], None] = lambda _actor, _place, _refusal: None
    zone_of: Callable[[str], tzinfo] = lambda _: UTC
    """Returns the time zone of the person with that id. It is called only for a command with a time of day."""
    open_view: Callable[[str, Mapping[str, Any]], bool] = lambda _trigger_id, _view: False
    """Opens a view with a trigger_id, and returns whether Slack has opened it. It takes a bot token."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def typed(self, text: str, asker: Asker, trigger_id: str = "") -> Reply | None:
        """Answer the text after the slash command's name; None if the form was opened, since there is no text."""
        if trigger_id and not normalise(from_slack(text)):
            is_opened = self._opens_form(trigger_id, "", asker.channel_id, asker.channel_name)
            return None if is_opened else self._answer("", asker)
        return self._answer(text, asker)

    def shortcut(self, shortcut: Shortcut) -> Reply | None:
        """Open the form, with what the message says; None if there is nothing more to say, or no way to say it."""
        asker, trigger_id, text = shortcut.asker, shortcut.trigger_id, shortcut.message.text or ""
        if asker is None:
            self._opens_form(trigger_id, text)
            return None
        is_opened = self._opens_form(trigger_id, text, asker.channel_id, asker.channel_name)
        return None if is_opened else self._answer("", asker)

    def submitted(self, submitted: Submitted) -> ToSubmission:
        """Answer the form: with errors at its fields, another view in its place, or an order."""
        opened = opened_in(submitted.view.callback_id, submitted.view.private_metadata)
        if opened is None:
            return ToSubmission(view=message(TITLE, replies.old_form(self.command)))
        place = next(iter(submitted.response_urls), None)
        if place is None:
            return ToSubmission(errors={CHANNEL: "choose the channel where the recording's message is posted"})
        asking = self._asking(submitted.asker(place, opened.name_of(place.channel_id)))
        context = asking.asked.context
        begun = self._context(asking.rules, opened.channel_id) if opened.has_defaults_for(place.channel_id) else None
        try:
            values = values_in(submitted.entered, context, begun)
            done = self._guarded(lambda asked: START.run(values, asked), START.right, asking)
        except CommandError as error:
            return ToSubmission(errors=errors_of(error, context))
        if isinstance(done, Reply):
            return ToSubmission(view=message(TITLE, done))
        accepted, trouble = self._place(
            done, asking, order_id_of_click(*submitted.identity), asking.reply_to, Through.FORM
        )
        if trouble is not None:
            return ToSubmission(view=message(TITLE, trouble))
        return ToSubmission(reply=accepted, response_url=place.response_url)

    def _opens_form(self, trigger_id: str, text: str, channel_id: str = "", channel_name: str = "") -> bool:
        context = self._context(self.team(), channel_id)
        return self.open_view(trigger_id, form_of(context, typed_in(text, context), channel_id, channel_name))

    def _answer(self, text: str, asker: Asker) -> Reply:
        asking = self._asking(asker)
        done = self._read(from_slack(text), asking)
        if isinstance(done, Reply):
            return done
        accepted, trouble = self._place(done, asking, new_order_id(), asking.reply_to, Through.COMMAND)
        return trouble or accepted

    def clicked(self, clicked: Clicked) -> ToClick | None:
        """Answer a click; None if there is nothing to say at once."""
        name = name_of(clicked.action_id)
        if name == ControlName.LINK:
            return None
        asking, is_ephemeral = self._asking(clicked.asker), clicked.container.is_ephemeral
        interaction = _INTERACTIONS.get(name)
        if interaction is None:
            return ToClick(replies.old_button(self.command), replaces=False)
        click = Click(clicked.value, clicked.container.message_ts, is_ephemeral, clicked.at)
        replaces = is_ephemeral and interaction.overtakes
        done = self._interact(interaction, click, asking)
        if isinstance(done, Reply):
            return ToClick(done, replaces)
        acts, is_shown = not isinstance(done.action, Show), done.redraws and not is_ephemeral
        is_left = is_ephemeral or not interaction.overtakes or not clicked.is_known
        is_overtaken = acts and not is_left and (clicked.container.is_in_thread or not is_shown)
        is_sure = is_overtaken and asking.asked.rights.is_sure(done.action, done.about, asking.asked.now)
        ts = None if is_ephemeral else clicked.container.message_ts
        shown_in = {"clicked": ts, "replaces": replaces and not done.keeps}
        reply_to = asking.reply_to and asking.reply_to.model_copy(update=shown_in)
        accepted, trouble = self._place(done, asking, order_id_of_click(*clicked.identity), reply_to, Through.CLICK)
        if is_sure and trouble is None:
            return ToClick(_overtaken(clicked, accepted, asking.asked.actor), replaces=True)
        return None if is_shown and trouble is None else ToClick(trouble or accepted, replaces)

    def clicked_in_view(self, clicked: ClickedInView) -> None:
        """Answer a click in the home tab, by another view or by publishing the tab anew."""
        name, click, order_id = name_of(clicked.click.action_id), clicked.click, order_id_of_click(*clicked.identity)
        if name == ControlName.LINK:
            return
        if name == ControlName.FORM:
            self._opens_form(clicked.trigger_id, "")
            return
        asking, interaction = self._asking(clicked.by), _INTERACTIONS.get(name)
        done: Reply | Placing = replies.old_button(self.command)
        if interaction is not None:
            done = self._interact(interaction, Click(click.chosen, "", is_ephemeral=False, at=click.at), asking)
        if isinstance(done, Placing):
            accepted, trouble = self._place(done, asking, order_id, None, Through.CLICK)
            if done.redraws and trouble is None:
                return  # the recorder publishes the tab when it shows that
            done = trouble or accepted
        self.open_view(clicked.trigger_id, message("recordbot", done))
        self._publish_home(clicked.user.id, order_id_of_click("home", *clicked.identity))

    def home_opened(self, opened: HomeOpened) -> None:
        """Have the home tab published that somebody has opened."""
        if opened.event.tab == "home":
            self._publish_home(opened.event.user, order_id_of_click("home", opened.event_id))

    def _publish_home(self, user_id: str, order_id: str) -> None:
        home, actor = Home(is_opened=True), Actor(kind="slack_user", id=user_id)
        # If the queue doesn't take it, the log says so, and the person opens the tab again.
        with suppress(NotQueued, PerhapsQueued):
            now = self.clock()
            self.put(Order(order_id=order_id, actor=actor, action=home, placed_at=now, through=Through.CLICK))

    def _asking(self, asker: Somebody) -> "_Asking":
        rules, within = self.team(), asker if isinstance(asker, Asker) else None
        channel_id = "" if within is None else within.channel_id
        place = Place(None) if within is None else Place(within.channel_id, within.is_public)
        actor, context = Actor(kind="slack_user", id=asker.user_id), self._context(rules, channel_id)

        def look_up(needs: frozenset[Need]) -> Person:
            return FOREIGN if asker.is_foreign else self.look_up(asker.user_id, needs)

        known = FOREIGN if asker.is_foreign else Person()
        rights = Rights(actor, place, lambda: rules, look_up, known)
        asked = Asked(context, actor, channel_id, self.clock(), rights, zone=lambda: self.zone_of(asker.user_id))
        reply_to = None
        if within is not None:
            reply_to = ReplyTo(channel_id=channel_id, response_url=within.response_url, is_public=within.is_public)
        return _Asking(asked, rules, place, reply_to, is_foreign=asker.is_foreign)

    def _context(self, rules: InForce, channel_id: str) -> Context:
        defaults = rules.team.defaults_in(channel_id)
        return Context(
            self.command, self.idle_default, lexicon_in(defaults), self.recordings, self.record_rule_id, defaults
        )

    def _interact(self, interaction: Interaction, click: Click, asking: "_Asking") -> Reply | Placing:
        def run(asked: Asked) -> Reply | Placing:
            try:
                done = interaction.run(click, asked)
            except UnknownValue:
                return replies.old_button(self.command)
            return self._read(done.text, asking) if isinstance(done, Typed) else done

        return self._guarded(run, interaction.right, asking)

    def _read(self, text: str, asking: "_Asking") -> Reply | Placing:
        """Return what the sub-command in the text answers or places."""
        try:
            words, values = parse(text, asking.asked.context.lexicon, self.command)
            subcommand = _SUBCOMMANDS[words.name]
            return self._guarded(lambda asked: subcommand.run(values, asked), subcommand.right, asking)
        except CommandError as error:
            return _not_understood(error, self.command, asking.rules)

    def _guarded(self, run: Callable[[Asked], Reply | Placing], right: Right, asking: "_Asking") -> Reply | Placing:
        """Return what `run` does, as far as the person may."""
        asked = asking.asked.with_right(right)
        try:
            done = run(asked)
            if isinstance(done, Placing):  # this comes before each order
                asked.rights.require(done.action, done.about, asked.now)
        except Unavailable as unavailable:
            self.report_away(unavailable)
            return replies.away()
        except NotAllowed as not_allowed:
            self.report_refusal(asked.actor, asking.place, not_allowed.refusal)
            return refused(not_allowed.refusal)
        return done

    def _place(
        self, placing: Placing, asking: "_Asking", order_id: str, reply_to: ReplyTo | None, through: Through
    ) -> tuple[Reply, Reply | None]:
        """Put the order on the queue. Return the reply that it was accepted, and what to say instead if it wasn't."""
        order = Order(
            order_id=order_id,
            actor=asking.asked.actor,
            action=placing.action,
            placed_at=asking.asked.now,
            reply_to=reply_to,
            is_foreign=asking.is_foreign,
            through=through,
        )
        # The reply is made first, because nothing may fail after the order is on the queue.
        accepted = placing.accepted(order.order_id)
        try:
            self.put(order)
        except NotQueued:
            return accepted, replies.not_queued()
        except PerhapsQueued:
            return accepted, replies.perhaps_queued(order)
        return accepted, None


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question of a person."""

    asked: Asked
    rules: InForce
    place: Place
    reply_to: ReplyTo | None
    is_foreign: bool


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


def _not_understood(error: CommandError, command: str, rules: InForce) -> Reply:
    """Say what is wrong with the text; nothing of it while it isn't known whether the channel has a room or presets."""
    if rules.is_unreadable:
        return refused(Refusal(right=Right.START, lacking=Lacking.READABLE_RULES))
    return replies.not_understood(error, command)
