"""`/record stop 100 user001`, `/record stop JOB`: stop recordings that recordbot started."""

from pydantic import TypeAdapter, ValidationError

from bot.commands.subcommand import API_PICTURES, PICTURES, Acts, Context
from bot.language.lexicon import Option, Vocabulary, words_for
from bot.language.parser import Values
from bot.language.values import Wrong, is_id, read_id
from bot.messages.blocks import Audience, Reply, reply
from shared.orders import Stop
from shared.rtc.models import GivenJobId

_JOB_ID: TypeAdapter[str] = TypeAdapter(GivenJobId)


def _read_job(text: str) -> str | Wrong:
    try:
        return _JOB_ID.validate_python(text)
    except ValidationError:
        return Wrong("a job id, as the message about the recording has it, or a room and a user")


TARGET = Option(
    name="target",
    form="ROOM USER | JOB",
    help="the room and the user whose recordings end; or, alone, the id of a job, as the message about it has it",
    example="stop 100 user001",
    read=_read_job,
    noun="room",
)
USER = Option(name="user", form="", help="", example="", aliases=("users", "user-id"), read=read_id, most=10)
ROOM = Option(
    name="room",
    form="[room=ROOM]",
    help="the room, written so that it can't be taken for a job",
    example="stop room=100 user001",
    aliases=("room-id", "in"),
    read=read_id,
)
JOB = Option(
    name="job",
    form="[job=JOB]",
    help="the id of the job, written so that it can't be taken for a room",
    example="stop job=650b1c9f2f7c4b0e8a3d5e6f7a8b9c0d",
    aliases=("job-id",),
    read=_read_job,
)
SOURCE = Option(
    name="source",
    form="[camera|screen]",
    help="only this picture of the user; both, and the sound, if you don't say",
    example="stop 100 user001 screen",
    aliases=("video-type",),
    choices={picture: picture for picture in PICTURES} | API_PICTURES,
    foreign=words_for({"camera": "video cam webcam", "screen": "desktop display slides"}),
)


def _stream(values: Values) -> tuple[list[str], list[str]]:
    """Return the rooms and users that are named: the first word is the user where the room has its name before it."""
    first, users, rooms = (list(values.get(option.name, ())) for option in (TARGET, USER, ROOM))
    return (rooms, first + users) if rooms else (first if users else [], users)


def _conflict(values: Values) -> str | None:
    """Say what is missing, or what doesn't go together."""
    rooms, users = _stream(values)
    is_stream = bool(rooms or users)
    checks = {
        "which recording? A room and a user, or a job id, as in stop 100 user001": not values.keys() - {SOURCE.name},
        "a job, or a room and a user, not both": JOB.name in values and len(values) > 1,
        "a job has one picture: leave camera and screen out": not is_stream and SOURCE.name in values,
        f"who in room {''.join(rooms)}?": bool(rooms) and not users,
        "in which room?": bool(users) and not rooms,
        "one user at a time: send a command for each": len(users) > 1,
        "an id has 1 to 64 letters, digits, _ or -": is_stream and not all(map(is_id, rooms + users)),
    }
    return next((why for why, is_so in checks.items() if is_so), None)


WORDS = Vocabulary(
    name="stop",
    nothing="Nothing stopped",
    example="stop 100 user001",
    help="stop recording a user of a room, or a job",
    positionals=(TARGET, USER),
    options=(ROOM, JOB, SOURCE),
    refused=words_for(
        {
            "name what to stop: a room and a user, or a job id": "all everyone everybody everything mine it that this "
            "current"
        }
    ),
    conflict=_conflict,
)


def _action(values: Values, _: Context) -> Stop:
    rooms, users = _stream(values)
    if not rooms:
        (job_id,) = values.get(JOB.name) or values[TARGET.name]
        return Stop(job_id=job_id)
    picture = values.get(SOURCE.name)
    return Stop(room_id=rooms[0], user_id=users[0], video_type=PICTURES[picture[0]] if picture else None)


def _accepted(order_id: str, action: Stop) -> Reply:
    what = f"job {action.job_id}" if action.job_id else f"recording {action.user_id} in room {action.room_id}"
    return reply(Audience.ASKER, [f"⏳ Asking RTC to stop {what}"], [f"order {order_id}"])


STOP = Acts(WORDS, _action, _accepted)
