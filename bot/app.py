"""The Bolt app, made of the sub-commands in bot/commands/. It makes no network call; orders leave through `put`.

Dispatch only verified requests to it, in Bolt's mode "socket_mode". In the other mode Bolt verifies requests itself.
It has no signing secret here, so it refuses them all.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.commands import SUBCOMMANDS, lexicon_in
from bot.commands.rights import NotAllowed, Recordings, Rights
from bot.commands.subcommand import Asked, Context, Placing
from bot.language.corrections import CommandError
from bot.language.normalising import from_slack
from bot.language.parser import parse
from bot.messages import replies
from bot.messages.blocks import Reply
from bot.messages.refusals import refused
from shared.actors import Actor
from shared.orders import NotQueued, Order, PerhapsQueued, new_order_id
from shared.questions import NOT_SAID, Need, Person, Place
from shared.recordings import Unavailable
from shared.refusals import Lacking, Refusal
from shared.slack_refs import ReplyTo
from shared.team import InForce, Right

_BY_NAME = {subcommand.words.name: subcommand for subcommand in SUBCOMMANDS}

type _Text = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2000}$")]
"""Plain characters: SQS takes no message with some of the others, and Slack's ids and addresses have none."""


_NOT_PUBLIC = frozenset({"privategroup", "directmessage"})
"""What Slack says instead of the name of a channel that isn't public."""


class _Asker(BaseModel):
    """Who asks, and where the answer goes."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    user_id: _Text
    channel_id: _Text
    response_url: Annotated[_Text, Field(repr=False)]
    channel_name: str = ""

    @property
    def is_public(self) -> bool:
        """Return whether the channel is public. Of others Slack doesn't say the name, but what they are."""
        is_other = self.channel_name in _NOT_PUBLIC or self.channel_name.startswith("mpdm-")
        return self.channel_id.startswith("C") and bool(self.channel_name) and not is_other


def create_app(
    *,
    command: str,
    idle_default: int,
    record_rule_id: str = "",
    recordings: Callable[[], Recordings],
    put: Callable[[Order], None],
    report: Callable[[Exception], None],
    report_away: Callable[[Unavailable], None],
    team: Callable[[], InForce],
    look_up: Callable[[str, frozenset[Need]], Person] = lambda _user_id, _needs: NOT_SAID,
    report_refusal: Callable[[Actor, Place, Refusal], None] = lambda _actor, _place, _refusal: None,
    zone_of: Callable[[str], tzinfo] = lambda _: UTC,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> App:
    """Return the app that answers `command`: a 200 with a reply, or a 400 if the payload lacks a field.

    `recordings` returns what reads the ledger, for commands that ask about recordings. What it raises as Unavailable is
    given to `report_away`, and the answer is to try again.
    `put` puts an order on the queue before the person reads that it was accepted. It raises NotQueued or PerhapsQueued.
    `report` gets every other exception: each is a mistake of ours.
    `team` returns the team's configuration; `look_up` asks Slack about the person with that id, where what is shown
    depends on it; `report_refusal` gets each refusal.
    `zone_of` returns the time zone of the person with that id. It is called only for a command with a time of day.
    `idle_default` is the max_idle_time, in seconds, for a command without `idle=`; `record_rule_id` is the recording
    rule for a command without `rule=`, empty for none.
    """
    # Below WARNING Bolt logs whole bodies. It sets this level on its own loggers too.
    logger = logging.getLogger("recordbot.bolt")
    logger.setLevel(logging.WARNING)
    known = AuthorizeResult(enterprise_id=None, team_id=None)
    app = App(
        name=logger.name,
        logger=logger,
        authorize=lambda: known,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        token_verification_enabled=False,
    )

    @app.command(command)
    def understand(ack: Ack, body: dict[str, Any]) -> BoltResponse:
        try:
            asker = _Asker.model_validate(body)
        except ValidationError:
            return BoltResponse(
                status=HTTPStatus.BAD_REQUEST, body="a command names its user, channel and response_url"
            )
        rules = team()
        defaults = rules.team.defaults_in(asker.channel_id)
        context = Context(command, idle_default, lexicon_in(defaults), recordings, record_rule_id, defaults)
        try:
            words, values = parse(from_slack(body.get("text", "")), context.lexicon, command)
        except CommandError as error:
            return _answer(ack, _not_understood(error, command, rules))
        actor = Actor(kind="slack_user", id=asker.user_id)
        subcommand = _BY_NAME[words.name]
        place = Place(asker.channel_id, asker.is_public)
        rights = Rights(actor, place, lambda: rules, lambda needs: look_up(asker.user_id, needs))
        asked = Asked(
            context, actor, asker.channel_id, clock(), rights, subcommand.right, lambda: zone_of(asker.user_id)
        )
        try:
            done = subcommand.run(values, asked)
            if isinstance(done, Placing):  # this comes before each order
                rights.require(done.action, done.about, asked.now)
        except Unavailable as unavailable:
            report_away(unavailable)
            done = replies.away()
        except NotAllowed as not_allowed:
            report_refusal(actor, place, not_allowed.refusal)
            done = refused(not_allowed.refusal)
        return _answer(ack, done if isinstance(done, Reply) else _place(done, asked, asker, put))

    @app.command(re.compile(""))
    def redirect(ack: Ack) -> BoltResponse:
        return _answer(ack, replies.another_name(command))

    @app.error
    def apologise(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=HTTPStatus.OK)  # a click or an event that recordbot does not handle
        report(error)
        return BoltResponse(status=HTTPStatus.OK, body=as_body(replies.our_mistake()))

    return app


def _not_understood(error: CommandError, command: str, rules: InForce) -> Reply:
    """Say what is wrong with the text; nothing of it while it isn't known whether the channel has a room or presets."""
    if rules.is_unreadable:
        return refused(Refusal(right=Right.START, lacking=Lacking.READABLE_RULES))
    return replies.not_understood(error, command)


def _place(placing: Placing, asked: Asked, asker: _Asker, put: Callable[[Order], None]) -> Reply:
    """Put the order on the queue, and return the reply."""
    order = Order(
        order_id=new_order_id(),
        actor=asked.actor,
        action=placing.action,
        placed_at=asked.now,
        reply_to=ReplyTo(channel_id=asker.channel_id, response_url=asker.response_url, is_public=asker.is_public),
    )
    # The reply is made first, because nothing may fail after the order is on the queue.
    accepted = placing.accepted(order.order_id)
    try:
        put(order)
    except NotQueued:
        return replies.not_queued()
    except PerhapsQueued:
        return replies.perhaps_queued(order)
    return accepted


def as_body(reply: Reply) -> dict[str, Any]:
    """Return the reply as the JSON object that answers a command."""
    return {"response_type": reply.to.value, "text": reply.text, "blocks": reply.blocks}


def _answer(ack: Ack, reply: Reply) -> BoltResponse:
    return ack(as_body(reply))
