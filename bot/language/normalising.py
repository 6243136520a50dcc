"""Undoing what Slack's clients, phones and word processors do to a command's text.

Two steps, because only one of them may be repeated. `from_slack` decodes Slack's own markup: it belongs to Slack's
entry and is applied once, since a decoded `&amp;lt;` is text that somebody typed. `normalise` undoes what happened to
the characters; the grammar applies it to every text, and applying it again changes nothing.
"""

import re

MARKS = "`*~\"'"
"""What surrounds a value for the eye's sake: Slack's formatting and quotes. No id and no option holds one of them."""

_LINE_ENDS = frozenset("\n\r\v\f\x85\u2028\u2029")
_ORDINARY = re.compile(r"[\w=,-]+(?: [\w=,-]+)*", re.ASCII)
_NAMED = re.compile(rf"([\w{MARKS}-]+)=(.*)", re.ASCII)
_SLACK_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>|&(?:amp|lt|gt);")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_SLACK_ADDS = ("", "http://", "https://", "mailto:", "tel:")


def _character_table() -> dict[int, str | None]:
    full_width = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    replaced = {
        '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d",
        "'": "\u2018\u2019\u201a\u201b\u2032",
        "-": "\u2010\u2011\u2012\u2013\u2212",
        "--": "\u2014\u2015",  # what keyboards make of two hyphens
        ",": "\u3001",
        ".": "\u3002",
        "...": "\u2026",
    }
    typed = {ord(character): plain for plain, characters in replaced.items() for character in characters}
    unseen = (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
    return full_width | typed | dict.fromkeys(unseen)


_CHARACTERS = _character_table()


def from_slack(text: str) -> str:
    """What the person typed, from the text of a Slack payload: links and mentions unwrapped, `&amp; &lt; &gt;` decoded.

    A link gives its address, or its label where Slack made the address from the label (`user.001` looks like a host).
    A mention gives `@name`, a channel `#name`, each as one word. To be applied once, where the payload is read.
    """
    return _SLACK_MARKUP.sub(_unwrapped, text)


def _unwrapped(found: re.Match[str]) -> str:
    target, label = found.groups()
    if target is None:
        return _ENTITIES[found[0]]
    if target[:1] in {"@", "#", "!"}:
        sigil = "#" if target[0] == "#" else "@"
        typed = sigil + "-".join((label or target[1:]).lstrip(sigil).split())
    else:
        typed = label if label and target in {added + label for added in _SLACK_ADDS} else target
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], typed)


def normalise(text: str) -> str:
    """The text in plain characters, single spaces and line ends, without marks around values or a full stop at the end.

    Full-width letters, curly quotes, long dashes, no-break and zero-width spaces become what they stand for. Marks go
    from around each word and around the value of `name=value`, never from within. An underscore is a mark only outside
    another one (`_*100*_`), since ids may begin and end with it. Normalising twice is normalising once.
    """
    if _ORDINARY.fullmatch(text):
        return text
    pieces = re.split(r"(\s+)", text.translate(_CHARACTERS))
    words = [_bare(word) for word in pieces[::2]]
    while words and not (last := _without_tail(words[-1], MARKS + ".")):
        words.pop()
    if not words:
        return ""
    words[-1] = _bare(last)
    plain, ended = "", False
    for word, space in zip(words, ["", *pieces[1::2]], strict=False):
        ended = ended or not _LINE_ENDS.isdisjoint(space)
        if word:
            plain += ("\n" if ended else " ") * bool(plain) + word
            ended = False
    return plain


def _bare(word: str) -> str:
    word = _without_head(_without_tail(word, MARKS))
    if named := _NAMED.fullmatch(word):
        name, value = named.groups()
        return f"{_without_head(_without_tail(name, MARKS))}={_without_head(value)}"
    return word


def _without_tail(word: str, marks: str) -> str:
    core = word.rstrip(marks + "_")
    tail = word[len(core) :]
    return core + tail[: len(tail) - len(tail.lstrip("_"))]


def _without_head(word: str) -> str:
    core = word.lstrip(MARKS + "_")
    head = word[: len(word) - len(core)]
    return head[len(head.rstrip("_")) :] + core
