"""Lines of rich text: what is put in is shown as it is, and can do nothing."""

from datetime import UTC, datetime, timedelta, timezone
from unicodedata import category, east_asian_width

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages.blocks import EMOJI, Audience, clock_time, code, joined, person, plain, reply
from shared.actors import Actor
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN
from tests.paths import ROOT


def test_the_text_is_the_whole_message_with_mentions_and_entities() -> None:
    """Notifications and screen readers give it; there, and only there, Slack reads markup."""
    said = reply(Audience.CHANNEL, ["<!channel> & ", person(ANN)], ["second"], details=[("Body", "a\nb")])
    assert said.text == "&lt;!channel&gt; &amp; <@U1ANN>\nsecond\nBody\na\nb"
    assert read(said) == "<!channel> & @U1ANN\nsecond\nBody\na\nb"
    assert_slack_takes(said)


def test_a_text_that_is_too_long_ends_between_pieces() -> None:
    """No entity and no mention is cut in two."""
    said = reply(Audience.ASKER, ["x"], *[["&" * 500]] * 9)
    assert said.text == "x\n" + "&amp;" * 500 + "\n…"


def test_emoji_show_in_colour_everywhere() -> None:
    """U+FE0F follows those that aren't emoji by default, which are the ones that aren't wide (UAX #11, ED4)."""
    shown = read(reply(Audience.ASKER, [" ".join(EMOJI), "a\ufe0fb ♻\ufe0f"]))
    expected = [emoji if east_asian_width(emoji) == "W" else f"{emoji}\ufe0f" for emoji in EMOJI]
    assert shown == " ".join(expected) + "ab ♻\ufe0f"


def test_each_emoji_means_one_thing() -> None:
    """The table has every emoji of bot/, and none that isn't used."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    signs = {sign for sign in sources if category(sign) == "So" or sign == "\ufe0f"}
    assert signs == EMOJI.keys()
    assert all(sources.count(emoji) > 1 for emoji in EMOJI)
    assert len(set(EMOJI.values())) == len(EMOJI)


@given(st.text(), st.text(), st.text())
@example("\u034f", "\u034f", "\u034f")
def test_no_value_is_ever_anything_but_text(first: str, second: str, detail: str) -> None:
    """Whatever a value holds, it comes out as text elements of its own line, and Slack takes the message."""
    said = reply(Audience.ASKER, [first, code(second)], [second], details=[(first, detail)])
    kinds = [element["type"] for part in said.blocks[0]["elements"] for element in part["elements"]]
    assert set(kinds) == {"text"}
    assert read(said).count("\n") == 3 + detail.count("\n")
    assert "<" not in said.text
    assert_slack_takes(said)


@given(st.text(), st.integers(1, 80))
def test_a_plain_value_is_one_printable_line_of_bounded_length(value: str, most: int) -> None:
    """Line ends, controls, bidi overrides and zero-width characters are gone, and so is what is too long."""
    shown = plain(value, most)
    assert len(shown) <= most
    assert shown.isprintable()
    assert shown == shown.strip()


def test_long_details_are_cut_and_say_so() -> None:
    """A text that is cut does not look whole."""
    said = reply(Audience.ASKER, ["x"], details=[("y", "z" * 9000)] * 3)
    assert read(said).count("… cut at 3000 characters") == 3
    assert_slack_takes(said)


@pytest.mark.parametrize("user_id", ["<@U1ANN>", "u1ann", "U1ANN\n", "!channel", "", "UANN|x", "\u202e"])
def test_who_is_not_a_slack_user_is_not_mentioned(user_id: str) -> None:
    """Only an id of Slack's form becomes a mention."""
    for kind in ("slack_user", "webhook_caller"):
        actor = Actor.model_validate({"kind": kind, "id": user_id})
        assert person(actor)["type"] == "text"
        assert_slack_takes(reply(Audience.ASKER, [person(actor)]))


def test_a_caller_whose_name_looks_like_a_slack_user_is_not_mentioned() -> None:
    """Kinds of actors are told apart by their kind."""
    assert person(Actor(kind="webhook_caller", id="U1ANN"))["type"] == "text"


def test_a_time_is_shown_where_the_reader_is() -> None:
    """A moment goes out as Slack's date, with UTC where a client cannot show that."""
    moment = datetime(2026, 3, 2, 12, 45, tzinfo=timezone(timedelta(hours=2)))
    assert clock_time(moment) == {
        "type": "date",
        "timestamp": int(datetime(2026, 3, 2, 10, 45, tzinfo=UTC).timestamp()),
        "format": "{time}",
        "fallback": "10:45 UTC",
    }


def test_joining_leaves_out_what_is_not_there() -> None:
    """Dots stand between parts, never at an end or next to each other."""
    assert joined(None, "a", "", ["b", "c"], []) == ["a", " · ", "b", "c"]
    assert joined(None) == []
