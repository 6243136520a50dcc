"""Say that somebody may not do something: in one line, with who can."""

from bot.messages.blocks import Audience, Line, Reply, person, plain, reply
from bot.messages.controls import Element
from shared.actors import Actor
from shared.refusals import Refusal

_MOST_NAMES = 5
_LONGEST = 600


def refused(refusal: Refusal) -> Reply:
    """Return the reply to the person who may not do it. Nobody else sees it."""
    return reply(Audience.ASKER, ["⛔ ", *refusal_line(refusal)])


def refusal_line(refusal: Refusal) -> Line:
    """Return what is not allowed, why, and who can, as one line."""
    line: list[str | Element] = [plain(refusal.sentence, _LONGEST)]
    if not refusal.names_who:
        return line
    shown = refusal.who[:_MOST_NAMES]
    for place, name in enumerate(shown):
        line += [", " if place else " Who can: ", _name(name)]
    more = len(refusal.who) - len(shown)
    return [*line, f" and {more} more." if more else "."]


def refusal_text(refusal: Refusal) -> str:
    """Return the line for a message that others see: people in it are ids, and none is notified."""
    return plain(refusal.text, _LONGEST)


def _name(who: str) -> str | Element:
    if who.startswith("caller:"):
        return f"the caller {who.removeprefix('caller:')}"
    if who in {"everyone", "guests"}:
        return {"everyone": "everyone but guests"}.get(who, who)
    return f"the user group {who}" if who.startswith("S") else person(Actor(kind="slack_user", id=who))
