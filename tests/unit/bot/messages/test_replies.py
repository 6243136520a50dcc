"""What is said at once whatever the sub-command: short, to the asker only, nothing promised that isn't known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.commands import LEXICON
from bot.language.corrections import CommandError, Problem
from bot.language.parser import parse
from bot.messages import replies
from bot.messages.blocks import Audience, Reply
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from shared.rtc.request_preview import RequestPreview
from tests.block_kit import assert_slack_takes, read
from tests.builders import a_request, a_start, an_order


def said(reply: Reply) -> list[str]:
    """The lines of a reply that Slack takes and only the asker sees."""
    assert_slack_takes(reply)
    assert reply.to is Audience.ASKER
    return read(reply).split("\n")


def previewed(*requests: RecordingRequest) -> list[RequestPreview]:
    """What RtcClient makes of an order's requests without sending them."""
    client = RtcClient(endpoint="https://rtc.example.com", app_id="app1", auth=AkSkAuth("AK", "SK-s3cret", "project1"))
    return [client.preview(request) for request in requests]


def test_an_order_that_the_queue_refused_started_nothing() -> None:
    """The first line says so: nobody waits for a recording that will not come."""
    assert said(replies.not_queued())[0] == "⚠️ Nothing was done: recordbot could not pass the order on."


def test_a_mistake_of_ours_is_called_one() -> None:
    """The asker did nothing wrong, and has an id to quote."""
    assert said(replies.bug(an_order())) == [
        "⚠️ That was our mistake, not yours.",
        "Nothing is lost: order 7KQ2M4X8P1ZA is kept for an operator.",
    ]


def test_each_problem_has_its_line_and_then_comes_the_command_to_copy() -> None:
    """How many, which, and what to type, which is itself a command."""
    with pytest.raises(CommandError) as caught:
        parse("100 user001 hdd idle=2s", LEXICON)
    assert said(replies.not_understood(caught.value, "/record")) == [
        "✋ Nothing started. 2 things to fix",
        *(f"• {problem.line}" for problem in caught.value.problems),
        "/record room 100 user001 hd idle=5s",
    ]


def test_a_question_without_an_answer_to_copy_points_to_help() -> None:
    """Nothing is guessed at; help is one line to copy, under the command's own name."""
    assert said(
        replies.not_understood(CommandError((Problem("x", (0, 1), "what?"),), nothing="Nothing started"), "/rec")
    ) == [
        "✋ Nothing started. 1 thing to fix",
        "• ‹x› → what?",
        "/rec help",
    ]


@given(st.lists(st.builds(Problem, st.text(), st.just((0, 0)), st.text()), min_size=1), st.none() | st.text())
def test_any_problems_fit_a_phone(problems: list[Problem], corrected: str | None) -> None:
    """Whatever was typed, the answer has a line a problem, at most five, and the rest is counted."""
    lines = said(replies.not_understood(CommandError(tuple(problems), corrected, nothing="Nothing started"), "/record"))
    assert len(lines) == 2 + min(len(problems), 6)


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
