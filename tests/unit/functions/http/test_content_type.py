"""Content-Type is read as RFC 9110 defines it."""

import string

from hypothesis import given
from hypothesis import strategies as st

from functions.http.content_type import ContentType, read_content_type

TOKENS = st.text(st.sampled_from(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"), min_size=1, max_size=8)
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=8)
BLANKS = st.text(st.sampled_from(" \t"), max_size=2)


def _quoted(text: str, *, escape: bool) -> str:
    """The text as a quoted string: with a backslash where it is needed, or before every character."""
    return '"' + "".join(f"\\{it}" if escape or it in '"\\' else it for it in text) + '"'


@st.composite
def _headers(draw: st.DrawFn) -> tuple[str, ContentType]:
    """A header in any form that the RFC allows, and what it says."""
    media_type = f"{draw(TOKENS)}/{draw(TOKENS)}"
    written, parameters = media_type, []
    for _ in range(draw(st.integers(0, 4))):
        name, value = draw(TOKENS), draw(TOKENS | TEXTS)
        is_token = value != "" and set(value) <= set(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
        shown = value if is_token and draw(st.booleans()) else _quoted(value, escape=draw(st.booleans()))
        written += f"{draw(BLANKS)};{draw(BLANKS)}" + draw(st.sampled_from(["", ";", " ; "])) + f"{name}={shown}"
        parameters.append((name.lower(), value))
    written += draw(st.sampled_from(["", ";", " ;; "]))
    return draw(BLANKS) + written + draw(BLANKS), ContentType(media_type.lower(), tuple(parameters))


@given(_headers())
def test_every_form_of_the_rfc_is_read(header: tuple[str, ContentType]) -> None:
    """Parameters in any order, as tokens or quoted strings; empty ones are passed over; names in any case."""
    written, meant = header
    assert read_content_type(written) == meant


@given(_headers())
def test_the_order_of_parameters_says_nothing(header: tuple[str, ContentType]) -> None:
    """A parameter has the same values wherever it stands."""
    parts = [f"{name}={_quoted(value, escape=False)}" for name, value in header[1].parameters]
    read = read_content_type(";".join([header[1].media_type, *reversed(parts)]))
    assert read is not None
    for name, _ in header[1].parameters:
        assert sorted(read.values(name)) == sorted(header[1].values(name))


def test_what_is_no_content_type_is_none() -> None:
    """Nobody could say what it means."""
    texts = [
        "",
        "application",
        "application/",
        "/json",
        "application /json",
        "application/json,application/json",
        "application/json; charset",
        "application/json; charset=",
        "application/json; charset =utf-8",
        "application/json; charset= utf-8",
        'application/json; charset="utf-8',
        'application/json; charset="utf-8"x',
        'application/json; charset="a\n"',
        "application/json charset=utf-8",
        "application/json; ä=b",
    ]
    assert [text for text in texts if read_content_type(text) is not None] == []


@given(st.text(max_size=40) | st.text(st.sampled_from('ab/;=" \\\t'), max_size=40))
def test_any_text_is_read_or_is_none(text: str) -> None:
    """No text breaks it, and a media type that was read is what stands in front."""
    read = read_content_type(text)
    assert read is None or text.lower().strip(" \t").startswith(read.media_type)
