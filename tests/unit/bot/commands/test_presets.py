"""Rules of presets and a channel's defaults: what is sent, what is asked back, and what is said about it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import SUBCOMMANDS, lexicon_in
from bot.commands.defaults import typed_as
from bot.commands.subcommand import Asked
from bot.language.parser import Command, parse, write
from shared.orders import Start
from shared.recordings import End, Recording, RecordingState
from shared.rtc.models import PublishParam, RecordParam
from shared.team import MOST_PRESETS, Team
from shared.team_document import team_of
from tests.asked import answered, asked, placed
from tests.block_kit import assert_slack_takes, read
from tests.builders import NOW, a_request
from tests.known_recordings import KnownRecordings, a_known

DOCUMENT = """
presets:
  lecture: {quality: hd, picture: screen, idle: 10m, for: 90m, rule: r-lecture}
  soundless: {sound: false}
  talk: {picture: none, for: 2h}
  hd: {quality: ld}
channels:
  C1: {preset: lecture, room: 100, idle: 20m}
  C2: {room: lobby}
  C3: {sound: false}
"""


def here(channel_id: str = "C1", document: object = None, **context: object) -> Asked:
    """Ann asks in a channel of a team with this document."""
    team = team_of(yaml.safe_load(DOCUMENT) if document is None else document)
    defaults = team.defaults_in(channel_id)
    where = asked(channel_id=channel_id, record_rule_id="r-set")
    return replace(
        where,
        context=replace(where.context, defaults=defaults, lexicon=lexicon_in(defaults), **context),  # type: ignore[arg-type]
    )


def start(text: str, where: Asked | None = None) -> Start:
    """Return what a text starts."""
    action = placed(text, where or here()).action
    assert isinstance(action, Start)
    return action


def sent(text: str, channel_id: str = "C1") -> Mapping[str, Any]:
    """Return what of a start differs from one of user001 in room 100 where nothing is typed and nothing set."""
    action = start(text, here(channel_id))
    (request,) = action.requests
    rule = RecordParam(record_rule_id="r-set")
    plain = a_request("user001", select_stream_type="FHD", max_idle_time=300, record_param=rule)
    fields = {name: value for name, value in request if value != getattr(plain, name)}
    return fields if action.max_duration is None else {**fields, "for": action.max_duration}


LECTURE = {
    "select_stream_type": "HD",
    "video_type": "SCREENSTREAM",
    "record_param": RecordParam(record_rule_id="r-lecture"),
    "max_idle_time": 1200,
    "for": timedelta(minutes=90),
}
"""What a lecture has in C1, where the channel's idle time wins over the preset's."""


@pytest.mark.parametrize(
    ("text", "channel_id", "differs"),
    [
        ("user001", "C1", LECTURE),
        ("100 user001", "C4", {}),
        ("100 user001 lecture", "C4", LECTURE | {"max_idle_time": 600}),
        ("200 user001", "C1", LECTURE | {"room_id": "200"}),
        ("user001 fhd", "C1", {name: value for name, value in LECTURE.items() if name != "select_stream_type"}),
        ("user001 for=3h", "C1", LECTURE | {"for": timedelta(hours=3)}),
        ("user001 idle=30s", "C1", LECTURE | {"max_idle_time": 30}),
        ("user001 rule=own", "C1", LECTURE | {"record_param": RecordParam(record_rule_id="own")}),
        ("user001 camera", "C1", {name: value for name, value in LECTURE.items() if name != "video_type"}),
        ("user001 audio-only", "C1", LECTURE | {"video_type": None}),
        ("user001 no-audio", "C1", LECTURE | {"is_record_audio": False}),
        ("user001 preset=hd", "C1", {"select_stream_type": "LD", "max_idle_time": 1200}),
        ("user001 talk", "C2", {"room_id": "lobby", "video_type": None, "for": timedelta(hours=2)}),
        ("100 user001", "C3", {"is_record_audio": False}),
        ("100 user001 with-audio", "C3", {}),
        ("100 user001 audio-only", "C3", {"video_type": None}),
        ("100 user001 talk", "C3", {"video_type": None, "for": timedelta(hours=2)}),
        (
            "100 user001 talk no-audio screen",
            "C4",
            {
                "video_type": "SCREENSTREAM",
                "is_record_audio": False,
                "for": timedelta(hours=2),
            },
        ),
        ("user001 push=rtmp://h/a", "C1", LECTURE | {"publish_param": PublishParam(rtmp_urls=["rtmp://h/a"])}),
    ],
)
def test_what_is_typed_wins_over_presets_and_the_channel(
    text: str, channel_id: str, differs: Mapping[str, Any]
) -> None:
    """Then a preset that is typed, the channel's entry, the channel's preset, and the settings."""
    assert sent(text, channel_id) == differs


def test_a_time_of_day_replaces_the_time_of_a_preset() -> None:
    """`until` and `for` both end a recording, and only one of them was typed; `at` and `in` go with a preset."""
    assert start("user001 until=15:30").max_duration is None
    planned = start("user001 at=14:00")
    assert planned.start_at is not None
    assert planned.max_duration == timedelta(minutes=90)
    assert start("user001 in=10m").max_duration == timedelta(minutes=90)


def test_a_time_that_is_past_gets_a_line_that_leaves_the_channel_s_choices_to_the_channel() -> None:
    """The line to copy has what was typed, so it means what the typed one means on the next day."""
    day = NOW - timedelta(hours=1)
    line = read(answered(f"user=teacher lecture until={day:%H:%M}", here())).split("\n")[-1]
    assert line == f"/record user=teacher lecture until={NOW + timedelta(days=1):%Y-%m-%d}T{day:%H:%M}"


def test_without_sound_a_picture_has_to_be_chosen() -> None:
    """`no-audio` leaves nothing of a preset for sound alone, and nobody said which picture."""
    lines = read(answered("100 user001 talk no-audio", here("C4"))).split("\n")
    assert lines[:2] == [
        "✋ Nothing started. 1 thing to fix",
        "• ‹no-audio› → preset talk has no picture: type camera or screen too",
    ]


def after(known: Recording, where: Asked) -> Asked:
    """There, where that recording was the last start."""
    return replace(where, context=replace(where.context, recordings=lambda: KnownRecordings([known])))


def test_again_repeats_what_was_recorded_and_not_what_the_channel_means() -> None:
    """The recording has all that was chosen then."""
    known = a_known("3", state=RecordingState.ENDED, end=End.IDLE, ended_at=NOW)
    assert start("again", after(known, here())).requests == (known.request,)


def test_a_line_to_type_again_means_the_same_in_a_silent_channel() -> None:
    """What pushed its stream is typed again by hand, so the line says the sound that the channel leaves out."""
    pushed = a_request("user001", publish_param=PublishParam(rtmp_urls=["rtmp://h/a"]))
    known = a_known("3", state=RecordingState.ENDED, end=End.IDLE, ended_at=NOW, channel_id="C3", request=pushed)
    assert "with-audio" in read(answered("again", after(known, here("C3"))))
    assert "with-audio" not in read(answered("again", after(known, here("C1"))))


def test_only_a_dry_run_says_what_came_from_where() -> None:
    """The answer to a start has what holds, and not why."""
    lines = read(placed("user001 camera dry-run", here()).accepted("7KQ2M4X8P1ZA")).split("\n")
    assert [line for line in lines if line.startswith("from")] == [
        "from this channel: room=100 idle=20m",
        "from preset lecture: hd rule=r-lecture for=90m",
    ]
    assert "from the settings: rule=r-set idle=5m" in read(placed("1 u1 dry-run", here("C4")).accepted("7KQ2M4X8P1ZA"))
    assert "from" not in read(placed("user001", here()).accepted("7KQ2M4X8P1ZA"))


def test_presets_are_listed_with_what_holds_in_the_channel() -> None:
    """Each with the words that it stands for; the example leaves out the room only where one is known."""
    assert read(answered("presets", here())).split("\n") == [
        "4 presets in the team's configuration",
        "lecture: hd screen rule=r-lecture idle=10m for=90m",
        "soundless: no-audio",
        "talk: audio-only for=2h",
        "preset=hd: ld",
        "A start here, such as /record user001, uses",
        "from this channel: room=100 idle=20m",
        "from preset lecture: hd screen rule=r-lecture for=90m",
    ]
    assert read(answered("presets", here("C4", {"rules": []}))).split("\n") == [
        "No presets in the team's configuration",
        "A start here, such as /record 100 user001, uses",
        "from the settings: rule=r-set idle=5m",
    ]


def test_as_many_presets_as_there_can_be_are_shown() -> None:
    """Slack takes the longest list."""
    longest = {
        "quality": "fhd",
        "picture": "camera",
        "sound": False,
        "idle": "43199s",
        "for": "604799s",
        "rule": "r" * 128,
    }
    presets = {f"{'p' * 28}{n}": longest for n in range(MOST_PRESETS)}
    assert_slack_takes(answered("presets", here("C1", {"presets": presets})))


def test_help_says_what_holds_in_the_channel() -> None:
    """In the overview and about starts; where nothing is set for the channel there is nothing to say."""
    for text in ("", "help start"):
        assert "from this channel: room=100 idle=20m" in read(answered(text, here()))
        assert "from" not in read(answered(text, here("C4"))).split("\n")[-1]
    assert "from this channel" not in read(answered("help stop", here()))
    assert "/record 100 user001 preset=hd" in read(answered("help preset", here()))


def test_a_deleted_preset_starts_nothing() -> None:
    """Neither by its name nor by the word alone."""
    gone = here("C1", {"presets": {"exam": {"quality": "hd"}}, "channels": {"C1": {"room": "100"}}})
    for text in ("user001 preset=lecture", "user001 lecture", "lecture user001", "lecture"):
        with pytest.raises(Exception, match="lecture"):
            placed(text, gone)


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "quality": st.sampled_from(["ld", "sd", "hd", "fhd"]),
        "picture": st.sampled_from(["camera", "screen"]),
        "sound": st.booleans(),
        "idle": st.sampled_from(["5s", "10m", "12h"]),
        "for": st.sampled_from(["1m", "90m", "168h"]),
        "rule": st.sampled_from(["r1", "r2"]),
    },
)
PRESETS = st.dictionaries(
    st.sampled_from(["lecture", "exam", "hd", "stop", "no-audio"]), CHOICES.filter(bool), max_size=4
)


@st.composite
def teams(draw: st.DrawFn) -> Team:
    """Draw a team with presets and defaults of the channel C1."""
    presets = draw(PRESETS)
    channel: dict[str, object] = draw(CHOICES)
    channel |= draw(st.fixed_dictionaries({}, optional={"room": st.sampled_from(["100", "lobby"])}))
    if presets:
        channel |= draw(st.fixed_dictionaries({}, optional={"preset": st.sampled_from(sorted(presets))}))
    return Team.model_validate({"presets": presets, "channels": {"C1": channel} if channel else {}})


TYPED = st.fixed_dictionaries(
    {
        "room": st.sampled_from(["200", "room7", "hd"]),
        "user": st.sampled_from(["user001", "200", "teacher", "lecture"]),
    },
    optional={
        "quality": st.sampled_from(["ld", "sd", "hd", "fhd"]),
        "source": st.sampled_from(["camera", "screen", "audio-only"]),
        "no-audio": st.just("with-audio"),
        "idle": st.sampled_from(["30s", "7m"]),
        "for": st.sampled_from(["2h", "3h"]),
        "rule": st.sampled_from(["r3", "r4"]),
    },
)


@given(teams(), TYPED, st.data())
def test_each_value_is_typed_or_chosen_by_somebody(team: Team, typed: dict[str, str], data: st.DataObject) -> None:
    """A typed value is sent; another value only if the preset, the channel or a setting has it, else RTC's default."""
    where = here("C1", team.model_dump(mode="json", by_alias=True, exclude_unset=True))
    context, channel = where.context, where.context.defaults.channel
    if channel is not None and channel.room is not None and data.draw(st.sampled_from([True, False])):
        del typed["room"]
    named = data.draw(st.sampled_from([None, *sorted(team.presets)]))
    said = typed if named is None else {**typed, "preset": named}
    values = {name: [value] for name, value in said.items()}
    text = write(Command(context.lexicon.default, values), context.lexicon)
    assert parse(text, context.lexicon).values == values
    action = start(text, where)
    preset = named or (channel.preset if channel else None)
    layers: list[Mapping[str, str]] = [{"idle": "5m", "rule": "r-set"}]
    layers += [] if preset is None else [typed_as(team.presets[preset])]
    layers += [] if channel is None else [typed_as(channel)]
    layers += [{"room": channel.room}] if channel is not None and channel.room is not None else []
    defaults = {"quality": "fhd", "source": "camera", "no-audio": "with-audio"}
    for name, (value,) in values_of(action).items():
        chosen = {layer[name] for layer in layers if name in layer}
        if name == "no-audio" and typed.get("source") == "audio-only":
            chosen = {"with-audio"}
        assert value == typed[name] if name in typed else value in (chosen or {defaults[name]})
    if named is None:
        in_full = write(Command(context.lexicon.default, values_of(action)), context.lexicon)
        assert start(in_full, where) == action


def values_of(action: Start) -> dict[str, list[str]]:
    """Return the values that say the start in full."""
    (request,) = action.requests
    pictures = {"CAMERASTREAM": "camera", "SCREENSTREAM": "screen", None: "audio-only"}
    length = action.max_duration
    minutes = None if length is None else int(length.total_seconds()) // 60
    said = {
        "room": request.room_id,
        "user": request.user_id,
        "quality": request.select_stream_type.lower(),
        "source": pictures[request.video_type],
        "no-audio": "with-audio" if request.is_record_audio else "no-audio",
        "rule": request.record_param.record_rule_id if request.record_param else None,
        "idle": _time(request.max_idle_time),
        "for": None if minutes is None else _time(minutes * 60),
    }
    return {name: [value] for name, value in said.items() if value is not None}


def _time(seconds: int) -> str:
    unit, name = next((unit, name) for unit, name in ((3600, "h"), (60, "m"), (1, "s")) if seconds % unit == 0)
    return f"{seconds // unit}{name}"


def test_every_sub_command_is_known_in_a_channel_with_defaults() -> None:
    """The words of the others are the same."""
    assert {words.name for words in here().context.lexicon.commands} == {it.words.name for it in SUBCOMMANDS}
