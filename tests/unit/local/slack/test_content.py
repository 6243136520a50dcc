"""What a message says: taken from any payload, and whom it notifies."""

import json

import pytest

from local.slack.content import Content
from local.slack.refusal import Refused

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}


def test_blocks_may_come_as_json_in_a_string() -> None:
    """A form can't hold lists, so the Web API takes both; as they came, so they are given back."""
    content = Content.of_payload({"text": "first line", "blocks": json.dumps([SECTION])})
    assert content == Content.of_payload({"text": "first line", "blocks": [SECTION]})
    assert content.blocks_document() == [SECTION]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"text": None, "blocks": []}, "no_text"),
        ({"text": ["words"]}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": "[]"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": None}, "invalid_metadata_format"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [SECTION | {"block_id": "b"}] * 2}, "invalid_blocks"),
        (
            {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2601}}] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
def test_each_refusal_has_slack_s_word(payload: dict[str, object], code: str) -> None:
    """A bot can tell by the code what it did wrong."""
    with pytest.raises(Refused) as refused:
        Content.of_payload(payload)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("event_type", "payload", "kept"),
    [
        ("recordbot_order", {"order_id": "1"}, True),
        ("recordbot-order", {}, True),
        ("recordbot.order", {"order_id": "1"}, False),
        ("", {"order_id": "1"}, False),
        ("recordbot_order", None, False),
    ],
)
def test_metadata_slack_cannot_use_is_ignored_with_a_warning(event_type: str, payload: object, *, kept: bool) -> None:
    """The message is posted without it."""
    metadata = {"event_type": event_type, "event_payload": payload}
    for given in (metadata, json.dumps(metadata)):
        content = Content.of_payload({"text": "x", "metadata": given})
        assert (content.metadata.document() if content.metadata else None) == (metadata if kept else None)
        assert content.warnings == (() if kept else ("invalid_metadata_schema",))


def test_blocks_alone_are_enough_and_the_longest_text_passes() -> None:
    """Text is required only where there are no blocks, and may have 40,000 characters."""
    assert Content.of_payload({"blocks": [SECTION]}).text == ""
    assert len(Content.of_payload({"text": "x" * 40_000}).text) == 40_000


@pytest.mark.parametrize(
    ("payload", "notified"),
    [
        ({"text": "<!channel> and <@U0ANN>"}, {"channel", "U0ANN"}),
        ({"text": "<!here|here> <@W0ANN|ann>"}, {"here", "W0ANN"}),
        ({"text": "&lt;!channel&gt; @channel <#C1> <!date^1^{date}|now>"}, set()),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "<!everyone>"}]}]}, {"everyone"}),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}}]}, set()),
        (
            {
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_list",
                                "style": "bullet",
                                "elements": [
                                    {
                                        "type": "rich_text_section",
                                        "elements": [
                                            {"type": "text", "text": "<!here>"},
                                            {"type": "user", "user_id": "U0BEN"},
                                            {"type": "broadcast", "range": "channel"},
                                        ],
                                    }
                                ],
                            }
                        ],
                    }
                ]
            },
            {"U0BEN", "channel"},
        ),
    ],
)
def test_only_real_mentions_notify(payload: dict[str, object], notified: set[str]) -> None:
    """Markup and rich mentions do; escaped, plain and rich words don't."""
    assert Content.of_payload(payload).notified == notified
