"""Rules of what is undone in a text before it is read."""

import sys
from unicodedata import category, name

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalising import UNSEEN, from_slack, normalise

MANGLED = st.text(alphabet="ab_*`\"'~=.,-/: \n\u200b\u2026\u201c\u2019\uff1d\uff21\u2014\u00a0", max_size=40)


@pytest.mark.parametrize(
    ("mangled", "typed"),
    [
        ("room 100 user001 hd", "room 100 user001 hd"),
        ("  room\t100  user001 ", "room 100 user001"),
        ("room\uff11\uff10\uff10\u3000user\uff10\uff10\uff11\uff0cuser002", "room100 user001,user002"),
        ("room\u00a0100\u202fuser\u200b001\ufeff", "room 100 user001"),
        ("\u201c100\u201d \u2018user001\u2019", "\"100\" 'user001'"),
        ("\u201c100 user001\u201d", "100 user001"),
        ("\u2014dry-run \u2013idle 10m", "--dry-run -idle 10m"),
        ("idle = 10m", "idle=10m"),
        ("100 user001 hd\u2026", "100 user001 hd..."),
        ("100\u3001user001\u3002", "100,user001."),
        ("100\u060c user001\u061b", "100, user001;"),
        ("100\r\nuser001 \n\n user002", "100\nuser001\nuser002"),
        ("\u2022 100 \u2022 user001", "100\nuser001"),
        ("1\u061c0\ufe0f0\u034f u\u180es\u3164er\U000e0020", "100 user"),
        ("push=rtmp://h/a=*b*/c user001", "push=rtmp://h/a=*b*/c user001"),
    ],
)
def test_what_clients_do_is_undone(mangled: str, typed: str) -> None:
    """Each way in which clients change a text gives back the characters that were typed."""
    assert normalise(mangled) == typed


def test_all_that_is_invisible_is_removed() -> None:
    """By the derivation of Default_Ignorable_Code_Point in DerivedCoreProperties.txt.

    That is Other_Default_Ignorable_Code_Point (fillers, a joiner, unassigned characters), Cf and variation selectors,
    without the annotation characters, Egyptian controls and the signs around numbers, which are seen.
    """
    seen = {*range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440), *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
    seen |= {0x110BD, 0x110CD}
    other = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFF9)}
    other |= {*range(0xE0000, 0xE1000)}
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    kinds = [(it, category(it)) for it in every[:0x40000] + every[0xE0000:0xF0000]]  # no other plane has assigned ones
    derived = {it for it, kind in kinds if kind == "Cf"} - {*map(chr, seen)} | {*map(chr, other)}
    derived |= {it for it, kind in kinds if kind == "Mn" and "VARIATION SELECTOR" in name(it)}
    assert {*UNSEEN.findall(every)} == derived


@given(st.one_of(st.text(), MANGLED))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    """The normalised text is left alone."""
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("push=<rtmp://h/a?x=1&amp;y=2|rtmp://h/a>", "push=rtmp://h/a?x=1&y=2"),
        ("push=<rtmp://h/a>", "push=rtmp://h/a"),
        ("100 <http://user.io|user.io>", "100 user.io"),
        ("100 <http://user.io/|User.IO>", "100 User.IO"),
        ("100 <https://h.io/a|h.io/b>", "100 https://h.io/a"),
        ("<tel:+15551234567|555-123-4567>", "555-123-4567"),
        ("<mailto:ann@example.com|ann@example.com>", "ann@example.com"),
        ("100 <@U1|ann>", "100 @ann"),
        ("100 <@U1|Ann Lee>", "100 @Ann-Lee"),
        ("100 <@U1>", "100 @U1"),
        ("<#C1|general> <!here>", "#general @here"),
        ("a &lt;b&gt; &amp;", "a <b> &"),
        ("&amp;lt;", "&lt;"),
        ("&quot; < a", "&quot; < a"),
    ],
)
def test_slacks_markup_gives_what_was_typed(sent: str, typed: str) -> None:
    """Links, mentions and the three entities are undone, each once."""
    assert from_slack(sent) == typed


@given(st.text())
def test_slacks_escaping_is_undone_exactly(typed: str) -> None:
    """Whatever is typed, markup included, comes back from its escaped form."""
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert from_slack(escaped) == typed
