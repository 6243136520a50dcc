"""The recordings that a control's value names, as far as the person may see them."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.commands.subcommand import Asked, Placing
from bot.commands.target import Found
from bot.commands.target import named as words_for
from bot.interactions.interaction import UnknownValue, read_value
from bot.messages.blocks import Audience, Line, Reply, code, reply
from bot.messages.controls import SURE
from bot.messages.listing import count_of, listing
from bot.messages.wording import stream
from shared.order_ids import RecordingId
from shared.orders import Show
from shared.recordings import Recording
from shared.team import Right

_IDS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[RecordingId, ...])


def ids_in(value: str) -> tuple[tuple[str, ...], bool]:
    """Return the ids in a control's value, and whether it answers a question. Raises UnknownValue."""
    words = tuple(value.split())
    is_sure = words[:1] == (SURE,)
    ids = read_value(_IDS, words[is_sure:])
    if not ids:
        raise UnknownValue
    return ids, is_sure


def named(ids: Sequence[str], asked: Asked) -> Found:
    """Return the recordings with these ids that the person may know of."""
    return found_of(asked.recordings().of_ids(ids))


def found_of(known: Sequence[Recording]) -> Found:
    """Return the recordings that a control names, as the person may know of them."""
    if not known:
        return Found("recordbot knows no such recording, or you may not see it")
    if len(known) == 1:
        return Found(stream(known[0].request), tuple(known), words_for(known[0]))
    return Found(count_of(known), tuple(known), typed=None)


def as_it_stands(headline: str, found: Found, asked: Asked, *lines: Line) -> Reply | Placing:
    """Answer with the recordings' current state. The recorder brings the message that was clicked on up to date."""
    known = found.recordings
    if not known:
        where: Line = ["What runs or is planned: ", code(f"{asked.context.command} list all")]
        return reply(Audience.ASKER, [headline], where)
    shown = listing(headline, known, asked.now, *lines)
    if not all(asked.rights.may_see(it, Right.LIST) for it in known):
        return shown
    return Placing(Show(recording=known[0].id, known=known[0].known), lambda _: shown, known)
