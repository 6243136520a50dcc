"""Log and count what the team's rules refuse."""

from functions.aws.observability import Metric, count, logger
from shared.actors import Actor
from shared.log_events import LogEvent
from shared.questions import Place
from shared.refusals import Refusal


def note_refusal(actor: Actor, place: Place, refusal: Refusal) -> None:
    """Log and count one refusal. Nobody is paged for it: it is what the team wants."""
    facts = {
        "actor": f"{actor.kind} {actor.id}",
        "channel": place.channel_id,
        "right": refusal.right,
        "lacking": refusal.lacking,
        "rule": refusal.rule,
    }
    logger.info(LogEvent.NOT_ALLOWED, extra=facts)
    count(Metric.NOT_ALLOWED)
