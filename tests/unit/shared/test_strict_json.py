"""JSON from outside is understood in one way, or refused in one line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.strict_json import NotJson, read_json

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_what_another_writes_is_read_as_it_was_written(value: Any, escaped: bool, indent: int | str | None) -> None:
    """As text and as bytes, with and without escapes and white space."""
    text = json.dumps(value, ensure_ascii=escaped, indent=indent)
    assert read_json(text) == value
    assert read_json(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Expecting value (line 1, column 1)"),
        ('{"a": 1,}', "(line 1, column"),
        ("\ufeff{}", "byte order mark"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        ('{"rooms": 1, "rooms": 2}', "rooms is twice"),
        ('[{"x": {"a": 1, "\\u0061": 1}}]', "a is twice"),
        ('{"KEY": 1, "KEY": 1}'.replace("KEY", "whsec_" + "a" * 44), "(a name) is twice"),
        ('{"a\\nb": 1, "a\\nb": 1}', "(a name) is twice"),
        ("[NaN]", "NaN is no number"),
        ("-Infinity", "-Infinity is no number"),
        ("1" * 4301, "too many digits"),
        ("-1" + "0" * 100_000, "too many digits"),
        ("1e999", "too large"),
        ("1" * 400 + ".5", "too large"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ('"\ud800"', "surrogate"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(text: str | bytes, words: str) -> None:
    """In one short line, which names a name only if it can't be a key or break the line."""
    with pytest.raises(NotJson) as refused:
        read_json(text)
    message = str(refused.value)
    assert words in message
    assert message.isprintable()
    assert len(message) < 100


@given(st.binary(max_size=40) | st.text(st.sampled_from('{}[]",:0123456789.eE-+\\u d8NaInfity\ufeff'), max_size=40))
def test_anything_is_read_or_refused(text: str | bytes) -> None:
    """Nothing else is ever raised, and what was read can be written again."""
    try:
        value = read_json(text)
    except NotJson:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value
