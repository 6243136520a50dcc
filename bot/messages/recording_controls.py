"""The buttons of messages about recordings: what can be done with each in its current state."""

from collections.abc import Iterable, Sequence

from bot.messages.blocks import plain
from bot.messages.controls import SURE, Button, Confirm, ControlName, Menu
from bot.messages.wording import stream, streams
from shared.attempts import Attempt, Duplicate
from shared.recordings import End, Recording, RecordingState
from shared.rtc.models import RecordingRequest


def stoppable(recordings: Iterable[Recording]) -> list[Recording]:
    """Return those that a stop would end now, or cancel."""
    is_on = [it for it in recordings if it.is_at_rtc or it.state is RecordingState.PLANNED]
    return [it for it in is_on if it.stop_asked is None]


def card_controls(recordings: Sequence[Recording]) -> list[Button | Menu]:
    """Return the buttons of the message about these recordings."""
    unknown = [it for it in recordings if it.state is RecordingState.UNKNOWN and it.job is None]
    over = recordings if all(it.is_over for it in recordings) else []
    row: list[Button | Menu] = [*stop_controls(stoppable(recordings)), *_undecided(unknown)]
    row += [again(over)] if over else []
    return [*row, details(recordings)] if recordings else row


def stop_controls(recordings: Sequence[Recording]) -> list[Button | Menu]:
    """Return what stops these: a button for one; for several a menu, and a button for all, which Slack asks about."""
    if not recordings:
        return []
    if len(recordings) == 1:
        return [stop(recordings[0])]
    return [stop_menu(recordings), _stop_all(recordings)]


def stop(recording: Recording, listed: Sequence[Recording] = ()) -> Button:
    """Return the button that stops the recording. `listed` are those of the list in which it stands."""
    ids = recording.id if not listed else f"{recording.id} | {ids_of(listed)}"
    return Button("Stop", ControlName.STOP, ids, about=plain(stream(recording.request)), style="danger")


def stop_menu(recordings: Sequence[Recording]) -> Menu:
    """Return the menu to stop one of several."""
    return _menu_to_stop([it.request for it in recordings], [it.id for it in recordings])


def _menu_to_stop(requests: Sequence[RecordingRequest], ids: Sequence[str]) -> Menu:
    rooms = {it.room_id for it in requests}
    names = [plain(it.user_id if len(rooms) == 1 else stream(it), 75) for it in requests]
    return Menu("Stop one…", ControlName.STOP, list(zip(names, ids, strict=True)))


def _stop_all(recordings: Sequence[Recording]) -> Button:
    who = plain(streams([it.request for it in recordings]), 250)
    sure = Confirm(f"Stop {len(recordings)} recordings?", who, "Stop all", "Keep them")
    return Button("Stop all", ControlName.STOP, f"{SURE} {ids_of(recordings)}", about=who, style="danger", confirm=sure)


def details(recordings: Sequence[Recording]) -> Button:
    """Return the button that shows all that is known."""
    return Button("Details", ControlName.DETAILS, ids_of(recordings), about=_about(recordings))


def again(recordings: Sequence[Recording]) -> Button:
    """Return the button that starts the same again."""
    is_new = all(it.end is End.NOT_STARTED for it in recordings)
    label = "Try again" if is_new else "Record again"
    return Button(label, ControlName.AGAIN, ids_of(recordings), about=_about(recordings))


def holder_controls(duplicates: Sequence[Attempt]) -> list[Button | Menu]:
    """Return the buttons for the recordings that hold the streams which somebody else asked for."""
    locks = [(it.request, it.outcome.lock) for it in duplicates if isinstance(it.outcome, Duplicate)]
    held = [(request, lock.recording_id) for request, lock in locks if lock.job_id is not None]
    ids = [recording_id for _, recording_id in held]
    if not ids:
        return []
    value, who = " ".join(ids), plain(streams([it.request for it in duplicates]), 60)
    shown = Button("Details", ControlName.DETAILS, value, about=who)
    if len(ids) == 1:
        return [shown, Button("Stop", ControlName.STOP, value, about=who, style="danger")]
    return [shown, _menu_to_stop([request for request, _ in held], ids)]


def keep_on(recording: Recording) -> Button:
    """Return the button that lets the recording go on for another hour after the end that its message shows."""
    ends = "-" if recording.limit is None else f"{recording.limit.ends_at:%Y%m%dT%H%M%SZ}"
    return Button("Keep on 1 h", ControlName.KEEP_ON, f"{recording.id} {ends}", about=plain(stream(recording.request)))


def get_link(recording: Recording) -> Button:
    """Return the button that gives links to the recording's files."""
    return Button("Get link", ControlName.FILES, recording.id, about=plain(stream(recording.request)))


def give_up(order_id: str) -> Button:
    """Return the button that ends the tries of an order that waits."""
    return Button("Give up", ControlName.GIVE_UP, order_id, about=f"order {order_id}")


def ids_of(recordings: Sequence[Recording]) -> str:
    """Return the ids as a control's value has them."""
    return " ".join(it.id for it in recordings)


def _undecided(unknown: Sequence[Recording]) -> list[Button | Menu]:
    """Return what to do about starts of unknown outcome, by what somebody has found out."""
    if not unknown:
        return []
    ids, who = ids_of(unknown), _about(unknown)
    tried = Button("Try again", ControlName.AGAIN, ids, about=f"{who}: it didn't start")
    return [tried, Button("Release", ControlName.RELEASE, ids, about=f"{who}: it did start")]


def _about(recordings: Sequence[Recording]) -> str:
    return plain(streams([it.request for it in recordings]), 60)
