"""Undo the changes that Slack's clients, phones and word processors make to a command's text.

There are two functions, because only one of them may be repeated. `from_slack` decodes Slack's own markup. Call it
once, where the payload is read: a decoded `&amp;lt;` is text that a person typed. `normalise` restores plain
characters. Calling it again changes nothing.
"""

import re

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's default-ignorable characters: they are invisible, but a word with one is another word."""

_ORDINARY = re.compile(r"(?!_)[\w,:.-]+(?:[= ][\w,:.-]+)*", re.ASCII)
_BULLETS = re.compile("[\u2022\u2023\u2043\u2219\u25aa\u25cf\u25e6\u30fb]")
_SPACES = re.compile(r"\s+")
_LINE_END = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")
_SPACED_EQUALS = re.compile(r"(?<![^\s\"'`*(\[{,;])([\w-]+) ?= ?(?=\w)(?![\w-]+ ?=)", re.ASCII)
_SLACK_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>|&(?:amp|lt|gt);")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ADDED_BY_SLACK = re.compile(r"(?:https?://|mailto:)?(.*?)/?", re.DOTALL | re.IGNORECASE)
_MARKDOWN = re.compile(r"(?<!\S)([\w-]+[=:])?\[[^\[\]\s]*\]\(([^\[\]()\s]+)\)")
"""A link as Markdown writes it, at the beginning of a word; its address is what counts."""
_WITHOUT = re.compile(r"(?<!\S)w/o(?!\S)", re.IGNORECASE)
_DIGIT = re.compile(r"(?![0-9])\d")
_ITALIC = re.compile(r"_[^\s_]+(?:\s+[^\s_]+)+_")


def _character_table() -> dict[int, str]:
    full_width = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    replaced = {
        '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f\u2033",
        "'": "\u2018\u2019\u201a\u201b\u2032\u2039\u203a",
        "(": "\u3008\u300a\u3010\u3014",
        ")": "\u3009\u300b\u3011\u3015",
        "?": "\u061f",
        "x": "\u00d7",
        "": "\u00a1\u00bf",  # the marks before a Spanish exclamation and question
        "-": "\u2010\u2011\u2012\u2013\u2212",
        "--": "\u2014\u2015",  # what keyboards make of two hyphens
        ",": "\u3001\u060c\uff64",
        ";": "\u061b\u037e",
        ".": "\u3002\uff61\u06d4\u0964",
        "...": "\u2026",
        "\n": "".join(map(chr, range(0x2028, 0x202A))),
    }
    return full_width | {ord(character): plain for plain, characters in replaced.items() for character in characters}


_CHARACTERS = _character_table()


def from_slack(text: str) -> str:
    """Return what the person typed, from the text of a Slack payload. Call it once, where the payload is read.

    `&amp; &lt; &gt;` are decoded. A link gives its address, or its label if Slack made the address from the label:
    Slack takes `user.001` for a host, `555-123-4567` for a telephone number. A mention gives `@name`, a channel
    `#name`.
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
        typed = label if label and _is_made_from(target, label) else target
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], typed)


def _is_made_from(target: str, label: str) -> bool:
    if target.startswith("tel:"):
        return True
    [address, shown] = [_ADDED_BY_SLACK.fullmatch(text) for text in (target, label)]
    if not address or not shown:
        return False
    [host, *path], [host_shown, *path_shown] = address[1].split("/", 1), shown[1].split("/", 1)
    return host.casefold() == host_shown.casefold() and path == path_shown


def normalise(text: str) -> str:
    """Return the text in plain characters, with single spaces and line ends between words.

    Full-width letters, digits of any script, curly quotes, long dashes and no-break spaces are replaced by plain ones.
    Invisible characters, blanks around `=`, and quotes or italics around the whole text are removed. A bullet is a line
    end. A link in Markdown gives its address.
    """
    if _ORDINARY.fullmatch(text):
        return text
    plain = _BULLETS.sub("\n", UNSEEN.sub("", text).translate(_CHARACTERS))
    plain = _DIGIT.sub(lambda digit: str(int(digit[0])), _MARKDOWN.sub(r"\1\2", plain))
    plain = _WITHOUT.sub("without", plain)
    plain = _SPACES.sub(lambda blank: "\n" if _LINE_END.search(blank[0]) else " ", plain)
    plain = _SPACED_EQUALS.sub(r"\1=", plain.strip())
    if _ITALIC.fullmatch(plain):
        plain = plain[1:-1].strip()
    if plain.count('"') == 2 and plain[0] == plain[-1] == '"':  # noqa: PLR2004 # a pair of quotes
        plain = _SPACED_EQUALS.sub(r"\1=", plain[1:-1].strip())
    return plain
