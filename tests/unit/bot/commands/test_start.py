"""Rules of `/record start`: the requests that come of its words, and what is said at once."""

from typing import Any

import pytest

from bot.commands.choices import QUALITY
from bot.commands.start import accepted
from bot.messages.blocks import Audience
from shared.orders import Start
from shared.rtc.models import PublishParam, RecordingRequest, RecordParam
from tests.asked import asked, placed
from tests.block_kit import assert_slack_takes, read
from tests.builders import ORDER_ID, a_request, a_start


def start(text: str) -> Start:
    """Return what a text starts."""
    action = placed(text).action
    assert isinstance(action, Start)
    return action


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("", {}),
        ("hd", {"select_stream_type": "HD"}),
        ("screen no-audio", {"video_type": "SCREENSTREAM", "is_record_audio": False}),
        ("camera with-audio", {"video_type": "CAMERASTREAM", "is_record_audio": True}),
        ("audio", {"video_type": None}),
        ("idle=10m", {"max_idle_time": 600}),
        ("max_idle_time=60", {"max_idle_time": 60}),
        ("rule=aB-1", {"record_param": RecordParam(record_rule_id="aB-1")}),
        (
            "push=rtmp://h/a/k push rtmps://h/b?x=1,rtmp://h/c",
            {"publish_param": PublishParam(rtmp_urls=["rtmp://h/a/k", "rtmps://h/b?x=1", "rtmp://h/c"])},
        ),
    ],
)
def test_words_become_the_request_s_fields(typed: str, fields: dict[str, Any]) -> None:
    """What isn't typed has the API's default, but for the idle time, which has ours."""
    request = {"room_id": "100", "user_id": "user001", "max_idle_time": 300} | fields
    assert start(f"100 user001 {typed}") == Start(requests=(RecordingRequest.model_validate(request),))


def test_each_user_has_a_request() -> None:
    """They are alike in everything but the user."""
    action = start("100 user001,user002 dry-run")
    assert [request.user_id for request in action.requests] == ["user001", "user002"]
    assert len({request.model_copy(update={"user_id": ""}) for request in action.requests}) == 1
    assert action.dry_run


@pytest.mark.parametrize(
    ("size", "ours"),
    [("90p", "ld"), ("91p", "sd"), ("180p", "sd"), ("240p", "hd"), ("360p", "hd"), ("361p", "fhd"), ("2160p", "fhd")],
)
def test_a_size_gets_the_smallest_of_ours_that_is_not_smaller(size: str, ours: str) -> None:
    """As facts/rtc.md has them: LD 160x90, SD 320x180, HD 640x360, FHD 1280x720."""
    assert QUALITY.recognise
    assert QUALITY.recognise(size) == ours


def said(*requests: RecordingRequest, dry_run: bool = False) -> list[str]:
    """Return the lines of what is said at once."""
    reply = accepted(ORDER_ID, a_start(*requests, dry_run=dry_run))
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


RULE = RecordParam(record_rule_id="r1")


def test_an_accepted_order_is_said_with_its_settings_and_id() -> None:
    """The asker can check at once what was understood, the idle time included, and quote the order."""
    assert said(a_request(record_param=RULE)) == [
        "⏳ Asking RTC to record user001 in room 100",
        "HD · camera + audio · rule r1 · ends when the room is idle for 5 min · order 7KQ2M4X8P1ZA",
    ]


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_order_that_may_record_nothing_says_so_once(*, dry_run: bool) -> None:
    """Without a rule, and without an address to push to, RTC may have nothing to do."""
    push = PublishParam(rtmp_urls=["rtmp://live.example.com/app/key"])
    assert said(a_request("u1"), a_request("u2"), a_request("u3", record_param=RULE), dry_run=dry_run)[2:] == [
        (
            "RTC may record nothing: no recording rule is named. Name one with rule=ID, or ask an operator to set "
            "RecordRuleId."
        )
    ]
    assert said(a_request(record_param=RULE), a_request(publish_param=push), dry_run=dry_run)[2:] == []


@pytest.mark.parametrize(("typed", "sent"), [("", "default"), (" rule=own", "own"), (" dry-run", "default")])
def test_the_set_rule_holds_where_none_is_typed(typed: str, sent: str) -> None:
    """For each user, in a dry run too."""
    action = placed(f"100 user001,user002{typed}", asked(record_rule_id="default")).action
    assert isinstance(action, Start)
    assert [it.record_param for it in action.requests] == [RecordParam(record_rule_id=sent)] * 2


def test_an_accepted_dry_run_promises_nothing() -> None:
    """A dry run does not say that RTC is being asked."""
    assert said(dry_run=True)[0] == "🔎 Trying user001 in room 100 without sending anything"


def test_an_accepted_order_of_unlike_streams_says_so() -> None:
    """No setting is said that holds for some of the streams only."""
    assert said(a_request("u1"), a_request("u2", max_idle_time=30))[1] == "settings differ · order 7KQ2M4X8P1ZA"
