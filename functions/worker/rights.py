"""Check the rights of who placed an order again, and those too that need Slack or counting."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages import refusals
from bot.people import People
from bot.slack_api import TryLater
from functions.aws.away import Away
from functions.aws.refusal_log import note_refusal
from functions.ledger.usages import Usages
from functions.worker.delivery import Delivery, TryAgain
from functions.worker.telling import Telling
from functions.worker.views import View
from shared.audit import AuditRecord, refused
from shared.orders import Order
from shared.permissions import Verdict, may
from shared.questions import FOREIGN, NOT_SAID, Need, Person, Place, Usage, What
from shared.recordings import Recording
from shared.refusals import Refusal
from shared.team import InForce, Right, Trouble

PATIENCE = 2
"""How often an order waits for Slack to say whether somebody is a guest. Then the person counts as none, because a
start must not wait for an outage of Slack. For a user group an order waits to the end: nobody is in one by default."""


@dataclass(frozen=True, slots=True)
class OrderRights:
    """Asks for the rights of orders."""

    team: Callable[[], InForce]
    people: Callable[[], People | None]
    """Returns whom to ask about people; None without a bot token."""
    usages: Usages
    record: Callable[[AuditRecord], None]
    telling: Telling
    clock: Callable[[], datetime]

    def of_start(self, order: Order, asked: Sequence[What], delivery: Delivery) -> Sequence[Verdict]:
        """Return the verdict about each stream that is to be started, without counting. Raises TryAgain or Away."""
        return [self._ask(order, Right.START, what, None, delivery) for what in asked]

    def of_counted_start(
        self, order: Order, first: int, asked: Sequence[What], delivery: Delivery
    ) -> Sequence[Verdict]:
        """Return the verdict about each stream that is started now, and count them if all are allowed.

        What was counted by an earlier receive of the order is not counted again. Raises TryAgain or Away.
        """
        if not self._rules().team.counts:
            return self.of_start(order, asked, delivery)

        def decide(usage: Usage) -> Sequence[Verdict]:
            return [self._ask(order, Right.START, what, usage, delivery) for what in asked]

        return self.usages.admit(order, first, len(asked), self.clock(), decide)

    def refusal(self, order: Order, right: Right, what: What, delivery: Delivery) -> Refusal | None:
        """Return the refusal of something about one recording; None if it is allowed. Raises TryAgain or Away."""
        return self._ask(order, right, what, None, delivery).refusal

    def select_allowed(
        self, order: Order, recordings: Iterable[Recording], delivery: Delivery, about: Callable[[Recording], What]
    ) -> list[Recording]:
        """Return the recordings with which the asker may do what the order asks, and record a refusal of the others.

        If there is none, say so to the asker. Raises TryAgain or Away.
        """
        if order.action.right is None:
            raise ValueError(f"{order.action.kind} is recordbot's own")
        allowed, refused_them = [], []
        for recording in recordings:
            refusal = self.refusal(order, order.action.right, about(recording), delivery)
            if refusal is None:
                allowed.append(recording)
            else:
                refused_them.append(refusal)
        if refused_them:
            self.note(order, refused_them[0])
            if not allowed:
                self.tell(order, refused_them[0], delivery)
        return allowed

    def note(self, order: Order, refusal: Refusal) -> None:
        """Log, count and record a refusal."""
        note_refusal(order.actor, place_of(order), refusal)
        self.record(refused(order, refusal, self.clock()))

    def tell(self, order: Order, refusal: Refusal, delivery: Delivery) -> None:
        """Answer the order with the refusal. Only a person reads it; a caller reads its order's status."""
        if order.reply_to is not None and order.reply_to.response_url is not None:
            self.telling.answer_once(order, View(refusals.refused(refusal), ""), delivery)

    def _ask(self, order: Order, right: Right, what: What, usage: Usage | None, delivery: Delivery) -> Verdict:
        rules, place = self._rules(), place_of(order)
        verdict = may(order.actor, right, place, what, rules, usage or Usage(), Person())
        if verdict.needs:
            person = self._look_up(order, verdict.needs, delivery)
            verdict = may(order.actor, right, place, what, rules, usage or Usage(), person)
        return verdict

    def _rules(self) -> InForce:
        rules = self.team()
        if rules.is_unreadable and rules.trouble is Trouble.AWAY:
            raise Away("the team's rules can't be read")
        if rules.is_unreadable and rules.trouble is Trouble.DENIED:
            raise RuntimeError("the team's rules can't be read")
        return rules

    def _look_up(self, order: Order, needs: frozenset[Need], delivery: Delivery) -> Person:
        if order.is_foreign:
            return FOREIGN
        people = self.people()
        if people is None:
            return NOT_SAID
        try:
            return people.person(order.actor.id, needs)
        except TryLater:
            waits = Need.GROUPS in needs or delivery.receive <= PATIENCE
            if waits and not delivery.last:
                raise TryAgain(delivery.delay()) from None
            return NOT_SAID


def place_of(order: Order) -> Place:
    """Return the channel in which the order was placed."""
    return Place(None) if order.reply_to is None else Place(order.reply_to.channel_id, order.reply_to.is_public)
