"""Plain English: words of recordbot's own that the field's words have replaced."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "bot", "functions", "local", "ops", "docs")
FILES = ("template.yaml", "pyproject.toml", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
TEXTS = {".py", ".js", ".html", ".css", ".md", ".json", ".yaml"}
READ = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in TEXTS]
READ += [ROOT / file for file in FILES]
INSTEAD = {
    "told": "answered, reported",
    "nottold": "NotAnswered",
    "whoever": "the one who: name the person or the part",
    "how-manyth": "the delivery attempt, from 1",
    "none of its": "conflict: same id, different body",
    "what came of": "the outcome",
    "is at it": "what it does",
    "stranger knocks": "what happens",
    "slip": "error",
    "slips": "errors",
    "seat": "positional",
    "seats": "positionals",
    "meanings": "lexicon",
    "draft": "corrections",
    "guard": "StreamLock",
    "guards": "StreamLocks",
    "toofast": "Throttled",
    "notletin": "AuthFailed",
    "rtcfailed": "ServerError",
    "nothingsent": "NotConnected",
    "rehearsal": "RequestPreview",
    "mishap": "Fault",
    "befall": "apply",
    "leash": "parent_watchdog",
    "witness": "event_log",
    "evidence": "trace",
    "gathering": "correlate",
    "desk": "controller",
    "the way of": "the life of",
}
"""Only words without another use: `step`, `entry`, `face`, `reading` and `is_done` have one and are absent."""
A_LOOK = re.compile(
    r"\b(?:an?|the|each|every|one|another|no|its|their|next|last|first|further|remaining|other|more|all|of|for|between"
    r"|two|[0-9]+) (?:look\b(?! (?:at|for|in|into) )(?![-`(])|looks\b(?!\())|\ba look at\b"
)
"""The noun. The verb stays: somebody looks up, looks at, looks for."""


def replaced_in(path: Path) -> Iterator[str]:
    """Each line of the file with a replaced word, and what to say instead."""
    text = path.read_text(encoding="utf-8")
    lower = text.lower()
    for word in (word for word in INSTEAD if word in lower):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(rf"(?<![a-z]){word}(?![a-z])", line, re.IGNORECASE):
                yield f"{path.relative_to(ROOT)}:{number}: say {INSTEAD[word]}: {line.strip()[:100]}"


def test_a_word_that_was_replaced_does_not_come_back() -> None:
    """Nobody has to learn a word of ours where the field has one, also as part of a name (`not_told`, `NotTold`)."""
    assert [found for path in READ for found in replaced_in(path)] == []


def test_a_check_is_not_called_a_look() -> None:
    """What asks RTC how a job is has one name, also in a text: a check."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: say check: {line.strip()[:100]}"
        for path in READ
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if A_LOOK.search(line.lower())
    ]
    assert not found


def test_the_noun_is_told_from_the_verb() -> None:
    """Whatever stands before it. Looking up, at or for something is what it says."""
    nouns = ("a look", "a look at it", "each look writes", "the next look tries", "20 looks", "an hour of looks")
    verbs = ("it looks up the job", "what people look for", "a look-up", "it looks like one", "let it look now")
    assert [text for text in (*nouns, *verbs) if A_LOOK.search(text)] == [*nouns]
