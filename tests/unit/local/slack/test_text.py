"""A message as a person reads it on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.slack.content import Content
from local.slack.text import LINE_ACROSS, as_text

NAMES = {"U0ANN": "ann", "C0CLASSES": "class-recordings"}


@pytest.mark.parametrize(
    ("mrkdwn", "read"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt;", "&lt;"),
        ("by <@U0ANN>", "by @ann"),
        ("by <@U0ANN|somebody>", "by @ann"),
        ("by <@U9|zoe>, <@U9>", "by @zoe, @U9"),
        ("in <#C0CLASSES>", "in #class-recordings"),
        ("<!channel> <!date^1700000000^{time}|10:45>", "@channel 10:45"),
        ("<https://e.test/a?b&amp;c|docs>", "docs (https://e.test/a?b&c)"),
        ("<https://e.test>", "https://e.test"),
        ("*bold*, _italic_, ~struck~, *_both_*", "bold, italic, struck, both"),
        ("s_1_100_user001 2*3*4 a ~ b ~", "s_1_100_user001 2*3*4 a ~ b ~"),
        ("say `*x* &amp; _y_` now", "say *x* & _y_ now"),
        ('```\n{"a": "*b*"}\n```', '{"a": "*b*"}'),
        ("&lt;!channel&gt;", "<!channel>"),
        ("red \x1b[31m alarm\a\ttab\nline", "red \ufffd[31m alarm\ufffd\ttab\nline"),
    ],
)
def test_markup_is_read_not_shown(mrkdwn: str, read: str) -> None:
    """Entities decoded once, references named, code left alone, control characters made harmless."""
    assert as_text(Content(mrkdwn), NAMES) == read


def test_blocks_are_drawn_one_below_the_other_in_place_of_the_text() -> None:
    """Every kind of block that the bot may use has its look."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop &amp; go"}, "action_id": "stop"}
    rich = [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "*as it is* &amp; "},
                {"type": "link", "url": "https://e.test", "text": "docs"},
                {"type": "user", "user_id": "U0ANN"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "wave"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}],
        },
    ]
    content = Content.of_payload(
        {
            "text": "not shown",
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": "*Head*"}},
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": "*one*"},
                    "fields": [{"type": "plain_text", "text": "two"}],
                    "accessory": button,
                },
                {"type": "divider"},
                {
                    "type": "context",
                    "elements": [{"type": "mrkdwn", "text": "HD"}, {"type": "mrkdwn", "text": "job 1"}],
                },
                {"type": "actions", "elements": [button, button | {"action_id": "again"}]},
                {"type": "rich_text", "elements": rich},
            ],
        }
    )
    assert as_text(content, NAMES).split("\n") == [
        "*Head*",
        "one",
        "two [Stop & go]",
        LINE_ACROSS,
        "HD job 1",
        "[Stop & go] [Stop & go]",
        "*as it is* &amp; docs (https://e.test)@ann@here:wave:",
        "\u2022 item",
    ]


@given(st.text(st.characters(exclude_characters="*_~`", exclude_categories=["Cc", "Cs"])))
def test_an_escaped_value_reads_as_itself(value: str) -> None:
    """Whatever somebody named a room, escaping & < > is enough to read that name."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert as_text(Content(escaped), NAMES) == value


def test_a_date_reads_as_its_fallback_or_in_utc() -> None:
    """A terminal has no reader's time zone: the fallback is shown, and without one the moment in UTC."""
    date = {"type": "date", "timestamp": 1_700_000_000, "format": "{time}"}
    pieces = [{**date, "fallback": "22:13 UTC"}, {"type": "text", "text": " = "}, date]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": pieces}]}]
    assert as_text(Content.of_payload({"blocks": blocks}), {}) == "22:13 UTC = 2023-11-14 22:13 UTC"
