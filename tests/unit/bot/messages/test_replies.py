"""What is said at once: short, to the asker only, nothing promised that isn't known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.language.catalogue import OPTIONS, VERBS
from bot.language.grammar import CommandError, Problem, parse
from bot.messages import replies
from bot.messages.blocks import Audience, Reply
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from shared.rtc.request_preview import RequestPreview
from tests.block_kit import assert_slack_takes, read
from tests.builders import ORDER_ID, a_request, a_start, an_order


def said(reply: Reply) -> list[str]:
    """The lines of a reply that Slack takes and only the asker sees."""
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


def previewed(*requests: RecordingRequest) -> list[RequestPreview]:
    """What RtcClient makes of an order's requests without sending them."""
    client = RtcClient(endpoint="https://rtc.example.com", app_id="app1", auth=AkSkAuth("AK", "SK-s3cret", "project1"))
    return [client.preview(request) for request in requests]


def test_an_accepted_order_is_said_with_its_settings_and_id() -> None:
    """The asker can check at once what was understood, the idle time included, and quote the order."""
    assert said(replies.accepted(ORDER_ID, a_start())) == [
        "⏳ Asking RTC to record user001 in room 100",
        "HD · camera + audio · ends after 5 min idle · order 7KQ2M4X8P1ZA",
    ]


def test_an_accepted_dry_run_promises_nothing() -> None:
    """Who only tries is not told that RTC is being asked."""
    assert (
        said(replies.accepted(ORDER_ID, a_start(dry_run=True)))[0]
        == "🔎 Trying user001 in room 100 without sending anything"
    )


def test_an_accepted_order_of_unlike_streams_says_so() -> None:
    """No setting is said that holds for some of the streams only."""
    action = a_start(a_request("u1"), a_request("u2", max_idle_time=30))
    assert said(replies.accepted(ORDER_ID, action))[1] == "settings differ · order 7KQ2M4X8P1ZA"


def test_an_order_that_the_queue_refused_started_nothing() -> None:
    """The first line says so: nobody waits for a recording that will not come."""
    assert said(replies.not_queued())[0] == "⚠ Nothing was started: recordbot could not pass the order on."


def test_a_mistake_of_ours_is_called_one() -> None:
    """The asker did nothing wrong, and has an id to quote."""
    assert said(replies.bug(an_order())) == [
        "⚠ That was our mistake, not yours.",
        "Nothing is lost: order 7KQ2M4X8P1ZA is kept for an operator.",
    ]


def test_a_slip_has_every_problem_and_the_command_to_copy() -> None:
    """Three lines: how many, which, and what to type, which is itself without a slip."""
    with pytest.raises(CommandError) as caught:
        parse("100 user001 hdd idle=2s", idle_default=300)
    headline, problems, command = said(replies.slip(caught.value, "/record"))
    assert headline == "✋ Nothing started. 2 things to fix"
    assert problems == "   ".join(f"• {problem.line}" for problem in caught.value.problems)
    assert command == "/record room 100 user001 hd idle=5s"


def test_a_slip_without_a_nearest_reading_points_to_help() -> None:
    """Nothing is guessed at; help is one line to copy, under the command's own name."""
    assert said(replies.slip(CommandError((Problem("x", (0, 1), "what?"),), None), "/rec")) == [
        "✋ Nothing started. 1 thing to fix",
        "• ‹x› → what?",
        "/rec help",
    ]


@given(st.lists(st.builds(Problem, st.text(), st.just((0, 0)), st.text()), min_size=1), st.none() | st.text())
def test_any_slip_is_three_lines(problems: list[Problem], corrected: str | None) -> None:
    """Whatever was typed, and however much of it, the answer stays short and in its layout."""
    assert len(said(replies.slip(CommandError(tuple(problems), corrected), "/record"))) == 3


@pytest.mark.parametrize("topic", [None, *(entry.name for entry in (*VERBS, *OPTIONS))])
def test_help_is_given_for_every_topic(topic: str | None) -> None:
    """All that help names can be asked for, and examples are under the command's own name."""
    lines = said(replies.help_on(topic, "/rec"))
    assert any("/rec " in line for line in lines)
    assert "/record" not in " ".join(lines)


def test_a_preview_shows_the_exact_request_and_no_secret() -> None:
    """The body that would be sent, the headers and what is signed; keys and the signature are masked."""
    request = a_request(publish_param={"rtmp_urls": ["rtmp://live.example.com/app/k3y"]})
    (preview,) = previewed(request)
    reply = replies.preview(a_start(request), [preview])
    lines = said(reply)
    assert lines[0] == "🔎 Dry run for user001 in room 100: nothing was sent"
    assert preview.body_text() in read(reply)
    assert preview.canonical_request is not None
    assert preview.canonical_request in read(reply)
    assert f"POST {preview.url}" in lines
    assert not {"s3cret", "k3y"} & set(read(reply).replace("/", " ").split())


def test_a_preview_with_a_token_has_no_canonical_request() -> None:
    """Where nothing is signed, nothing is said of a signature."""
    reply = replies.preview(a_start(), [RequestPreview("POST", "https://h/", {}, {"user_id": "u"}, None)])
    assert "anonical" not in "\n".join(said(reply))


def test_a_preview_of_several_says_how_the_others_differ() -> None:
    """One request in full stands for all that are like it; for others it does not."""
    alike = [a_request(f"u{n}") for n in range(1, 4)]
    second = said(replies.preview(a_start(*alike), previewed(*alike)))[1]
    assert second == "The first of 3 requests; the others differ only in user_id: u2, u3"
    unlike = [a_request("u1"), a_request("u2", max_idle_time=30)]
    assert said(replies.preview(a_start(*unlike), previewed(*unlike)))[1] == "The first of 2 requests:"


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text() | st.just("x\n" * 9999))
def test_any_preview_is_within_slacks_limits(url: str, headers: dict[str, str], canonical_request: str) -> None:
    """Long or hostile values of a request are shown as they are, and cut where they are too long."""
    body: dict[str, JsonValue] = {"user_id": "u", "rule": url * 99}
    said(replies.preview(a_start(), [RequestPreview("POST", url, headers, body, canonical_request)] * 2))
