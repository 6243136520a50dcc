"""What stands around the app when somebody clicks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from slack_bolt import App, BoltRequest

from bot.app import create_app
from bot.conversation import Conversation
from bot.messages.blocks import Audience, Reply
from shared.attempts import Attempt
from shared.orders import Order
from shared.recordings import Recording
from shared.team import SHIPPED, InForce
from tests.block_kit import assert_slack_takes
from tests.builders import NOW
from tests.clicks import CLICK_URL, a_click
from tests.known_recordings import KnownRecordings


@dataclass
class Outside:
    """What stands around the app: a queue, the ledger, and what is posted to response_urls."""

    known: tuple[Recording, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    team: InForce = field(default_factory=lambda: InForce(SHIPPED))
    orders: list[Order] = field(default_factory=list)
    posted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    mistakes: list[Exception] = field(default_factory=list)
    away: list[Exception] = field(default_factory=list)
    response_failure: Exception | None = None
    """What is raised when an answer is posted."""
    ledger: KnownRecordings | None = None
    """What reads the ledger, if it isn't all in order."""

    @cached_property
    def app(self) -> App:
        return create_app(
            Conversation(
                command="/record",
                idle_default=300,
                recordings=lambda: self.ledger or KnownRecordings(self.known, self.attempts),
                put=self.orders.append,
                report_away=self.away.append,
                team=lambda: self.team,
                clock=lambda: NOW,
            ),
            report=self.mistakes.append,
            respond=self.respond,
        )

    def respond(self, url: str, message: Mapping[str, Any]) -> None:
        if self.response_failure is not None:
            raise self.response_failure
        self.posted.append((url, message))

    def click(self, action_id: str, value: str = "", **more: Any) -> int:
        """Return the status of the 200, which is empty."""
        response = self.app.dispatch(BoltRequest(body=a_click(action_id, value, **more), mode="socket_mode"))
        assert (response.body == "") == (response.status == 200)
        assert not {*self.mistakes, *self.away} - {self.response_failure} or self.ledger
        return response.status

    def answer(self) -> tuple[Reply, bool]:
        """The only answer, which Slack takes and only the person sees, and whether it replaces the message."""
        ((url, message),) = self.posted
        assert url == CLICK_URL
        reply = Reply(message["text"], message["blocks"], Audience(message["response_type"]))
        assert reply.to is Audience.ASKER
        assert_slack_takes(reply)
        return reply, message["replace_original"]
