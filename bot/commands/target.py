"""Which recordings a command means: a job, a room, a user of a room; looked up among those that the ledger has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from bot.commands.subcommand import API_PICTURES, PICTURES, Asked
from bot.language.parser import Values
from bot.language.values import ID_RULE, Wrong, is_id, read_id
from bot.language.vocabulary import Option, words_for
from bot.messages.listing import count_of
from shared.recordings import Recording
from shared.rtc.models import GivenJobId, VideoType

_JOB_ID: TypeAdapter[str] = TypeAdapter(GivenJobId)
_SHORTEST_PREFIX = 4
"""A shorter beginning of a job id is no job."""


def _read_job(text: str) -> str | Wrong:
    try:
        return _JOB_ID.validate_python(text)
    except ValidationError:
        return Wrong("a job's id, as in the recording's message, or a room and a user")


TARGET = Option(
    name="target",
    form="[JOB | ROOM [USER]]",
    help="a job's id, as in the recording's message; or a room, or a room and a user",
    example="stop 100 user001",
    read=_read_job,
    noun="room or job",
)
USER = Option(name="user", form="", help="", example="", aliases=("users", "user-id"), read=read_id, most=10)
ROOM = Option(
    name="room",
    form="[room=ROOM]",
    help="the room, written so that it can't be taken for a job",
    example="stop room=100 user001",
    aliases=("room-id", "in"),
    read=read_id,
    noun="room",
)
JOB = Option(
    name="job",
    form="[job=JOB]",
    help="the id of the job, written so that it can't be taken for a room",
    example="stop job=650b1c9f2f7c4b0e8a3d5e6f7a8b9c0d",
    aliases=("job-id",),
    read=_read_job,
    noun="job",
)
SOURCE = Option(
    name="source",
    form="[camera|screen]",
    help="only this picture of the user; by default both, and the sound",
    example="stop 100 user001 screen",
    aliases=("video-type",),
    choices={picture: picture for picture in PICTURES} | API_PICTURES,
    foreign=words_for({"camera": "video cam webcam", "screen": "desktop display slides"}),
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a command names. `either` is a word that may be a room or a job."""

    either: str | None = None
    job_id: str | None = None
    room_id: str | None = None
    user_id: str | None = None
    video_type: VideoType | None = None

    @property
    def is_named(self) -> bool:
        """Return whether anything is named."""
        return any((self.either, self.job_id, self.room_id, self.user_id))


@dataclass(frozen=True, slots=True)
class Found:
    """The recordings that a command means. `what` says how the words were understood, as in `room 100`."""

    what: str
    recordings: tuple[Recording, ...] = ()
    typed: str | None = ""
    """The words to type so that nothing else can be meant; None if no words name just these."""
    is_guess: bool = False
    """Whether only the beginning of a job id was given, or a user without a room."""
    other: str = ""
    """What else the words could mean, as a hint."""


def conflict(values: Values) -> str | None:
    """Say what doesn't go together."""
    target = target_of(values)
    users = _users(values)
    checks = {
        "a job, or a room and a user, not both": JOB.name in values
        and bool(values.keys() & {TARGET.name, ROOM.name, USER.name}),
        "a job has one picture: leave camera and screen out, or say room=…": SOURCE.name in values
        and target.room_id is None,
        "in which room?": target.user_id is not None and target.room_id is None,
        "one user at a time: send a command for each": len(users) > 1,
        ID_RULE: not all(is_id(it) for it in (target.room_id, target.user_id) if it is not None),
    }
    return next((why for why, is_so in checks.items() if is_so), None)


def target_of(values: Values) -> Target:
    """Return what the words name. Where the room has its name before it, the first word is the user."""
    first, rooms, users = (list(values.get(option.name, ())) for option in (TARGET, ROOM, USER))
    job_id = next(iter(values.get(JOB.name, ())), None)
    pictures = values.get(SOURCE.name, ())
    video_type = PICTURES[pictures[0]] if pictures else None
    if not (rooms or users):
        return Target(either=next(iter(first), None), job_id=job_id, video_type=video_type)
    room_id, user_id = (next(iter(ids), None) for ids in (rooms or first, [*(first if rooms else ()), *users]))
    return Target(job_id=job_id, room_id=room_id, user_id=user_id, video_type=video_type)


def _users(values: Values) -> list[str]:
    rooms = list(values.get(ROOM.name, ()))
    return [*(values.get(TARGET.name, ()) if rooms else ()), *values.get(USER.name, ())]


def find(target: Target, asked: Asked) -> Found:
    """Return the recordings that are meant and may be seen: an exact job, else a room, a user, or jobs that begin so.

    Recordings that are over are found by their job only. Raises Unavailable.
    """
    known = asked.recordings()
    if target.job_id is not None:
        return _job(target.job_id, known.of_job(target.job_id))
    live = known.live()
    if target.room_id is not None:
        return Found(_stream(target), tuple(it for it in live if is_meant(it, target)), _typed(target))
    word = target.either or ""
    in_room = tuple(it for it in live if it.request.room_id == word)
    job = _job(word, known.of_job(word))
    if job.recordings:
        return replace(job, other=f"room {word} has {count_of(in_room)} too: room={word}" if in_room else "")
    if in_room:
        return Found(f"room {word}", in_room, f"room={word}")
    return _guess(word, live)


def find_or_last(target: Target, asked: Asked) -> Found:
    """Return the recordings that are meant, as `find` does; if there are none, those of the last start here."""
    found = find(target, asked)
    last = () if found.recordings else last_here(asked).recordings
    return replace(found, recordings=tuple(it for it in last if is_meant(it, target))) if last else found


def last_here(asked: Asked) -> Found:
    """Return the recordings of the last start that the person asked for in this channel."""
    return Found("your last start here", tuple(asked.recordings().last_of(asked.actor, asked.channel_id)))


def _guess(word: str, live: Sequence[Recording]) -> Found:
    """Return the recordings of the user that the word names, else those whose job ids begin so."""
    of_user = tuple(it for it in live if it.request.user_id == word)
    if of_user:
        typed = f"room={of_user[0].request.room_id} user={word}" if len(of_user) == 1 else word
        return Found(f"user {word}", of_user, typed, is_guess=True)
    began = tuple(it for it in live if it.job_id is not None and it.job_id.startswith(word))
    if began and len(word) >= _SHORTEST_PREFIX:
        typed = f"job={began[0].job_id}" if len(began) == 1 else word
        return Found(f"jobs that begin with {word}", began, typed, is_guess=True)
    return Found(f"room or job {word}")


def mine_here(asked: Asked) -> tuple[Recording, ...]:
    """Return what the person started in this channel, and is not over."""
    live = asked.recordings().live()
    return tuple(it for it in live if (it.actor, it.channel_id) == (asked.actor, asked.channel_id))


def is_meant(recording: Recording, target: Target) -> bool:
    """Return whether the target names the recording."""
    stream = recording.request
    return (
        target.job_id in {None, recording.job_id}
        and target.either in {None, recording.job_id, stream.room_id}
        and target.room_id in {None, stream.room_id}
        and target.user_id in {None, stream.user_id}
        and target.video_type in {None, stream.video_type}
    )


def named(recording: Recording) -> str:
    """Return how to name the recording in a command."""
    stream = recording.request
    if recording.job_id is not None:
        return f"job={recording.job_id}"
    return _typed(Target(room_id=stream.room_id, user_id=stream.user_id, video_type=stream.video_type))


def _job(job_id: str, recording: Recording | None) -> Found:
    found = () if recording is None else (recording,)
    return Found(f"job {job_id}", found, f"job={job_id}")


def _stream(target: Target) -> str:
    return f"room {target.room_id}" if target.user_id is None else f"{target.user_id} in room {target.room_id}"


def _typed(target: Target) -> str:
    user = None if target.user_id is None else f"user={target.user_id}"
    pictures = {video_type: picture for picture, video_type in PICTURES.items()}
    picture = None if target.video_type is None else pictures[target.video_type]
    return " ".join(filter(None, (f"room={target.room_id}", user, picture)))
