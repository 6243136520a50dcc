"""Answer what a person types. Clicks and forms (bot/surfaces.py) get their rights and orders here too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.asker import Asker, Somebody
from bot.asking import Asking
from bot.commands import lexicon_in
from bot.commands.rights import Recordings, Rights
from bot.commands.subcommand import Asked, Context
from bot.language.normalising import from_slack, normalise
from bot.messages.blocks import Reply
from shared.actors import Actor, Through
from shared.order_ids import new_order_id
from shared.orders import Order
from shared.questions import FOREIGN, NOT_SAID, Need, Person, Place
from shared.recordings import Unavailable
from shared.refusals import Refusal
from shared.slack_refs import ReplyTo
from shared.team import InForce


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers commands, and knows who asks in another way and what they may: bot/surfaces.py answers that."""

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

    def answer_typed(self, text: str, asker: Asker, trigger_id: str = "") -> Reply | None:
        """Answer the text after the slash command's name; None if the form was opened, since there is no text."""
        if trigger_id and not normalise(from_slack(text)):
            is_opened = self.open_form(trigger_id, "", asker.channel_id, asker.channel_name)
            return None if is_opened else self.answer("", asker)
        return self.answer(text, asker)

    def open_form(self, trigger_id: str, text: str, channel_id: str = "", channel_name: str = "") -> bool:
        """Open the form with what the text says, and return whether Slack has opened it."""
        # Most commands don't open it, and it is a part of a cold start.
        from bot.interactions.form import form_of, typed_in  # noqa: PLC0415

        context = self.context(self.team(), channel_id)
        return self.open_view(trigger_id, form_of(context, typed_in(text, context), channel_id, channel_name))

    def answer(self, text: str, asker: Asker) -> Reply:
        """Answer a text, which may be empty."""
        asking = self.asking(asker)
        done = asking.read(from_slack(text))
        if isinstance(done, Reply):
            return done
        accepted, trouble = asking.place(done, new_order_id(), asking.reply_to, Through.COMMAND)
        return trouble or accepted

    def asking(self, asker: Somebody) -> Asking:
        """Return what this person asks just now."""
        rules, within = self.team(), asker if isinstance(asker, Asker) else None
        channel_id = "" if within is None else within.channel_id
        place = Place(None) if within is None else Place(within.channel_id, within.is_public)
        actor, context = Actor(kind="slack_user", id=asker.user_id), self.context(rules, channel_id)

        def look_up(needs: frozenset[Need]) -> Person:
            return FOREIGN if asker.is_foreign else self.look_up(asker.user_id, needs)

        known = FOREIGN if asker.is_foreign else Person()
        rights = Rights(actor, place, lambda: rules, look_up, known)
        asked = Asked(context, actor, channel_id, self.clock(), rights, zone=lambda: self.zone_of(asker.user_id))
        reply_to = None
        if within is not None:
            reply_to = ReplyTo(channel_id=channel_id, response_url=within.response_url, is_public=within.is_public)
        return Asking(asker, asked, rules, place, reply_to, self.put, self.report_away, self.report_refusal)

    def context(self, rules: InForce, channel_id: str) -> Context:
        """Return what a command means in the channel; an empty id is no channel."""
        defaults = rules.team.defaults_in(channel_id)
        return Context(
            self.command, self.idle_default, lexicon_in(defaults), self.recordings, self.record_rule_id, defaults
        )
