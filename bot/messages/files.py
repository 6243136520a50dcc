"""The files of a recording, as people read them: name, length, size, and where they are stored."""

from collections.abc import Sequence

from bot.messages.blocks import Audience, Line, Reply, code, joined, person, plain, reply
from bot.messages.controls import Controls
from bot.messages.recording_controls import again, details, get_link
from bot.messages.wording import elapsed, span, stream
from shared.recorded_files import RecordedFile
from shared.recordings import Recording, ThreadNotice

_NAMED = 10
"""The most files that a message names; it counts the others."""
_LONGEST_ADDRESS = 3000
"""The most characters of a button's URL in Slack. A long name in Chinese, or a temporary key, makes a longer one."""
_KILO = 1000


def files_there(recording: Recording, command: str) -> Reply:
    """Return the reply that reports the recording's files. `command` is the slash command's name."""
    files, who = recording.files, stream(recording.request)
    way: Line = ["to get a link: ", code(f"{command} file {recording.job_id}")]
    buttons = Controls([get_link(recording), details([recording])])
    late = "It came late." if ThreadNotice.NO_FILE in recording.notices else None
    if len(files) == 1:
        return reply(Audience.CHANNEL, ["🎬 ", *file_line(files[0])], joined(_place(files[0]), late), way, buttons)
    more: list[Line] = [[f"and {len(files) - _NAMED} more"]] if len(files) > _NAMED else []
    lines: list[Line] = [joined(file_line(file), _place(file)) for file in files[:_NAMED]]
    total = size_in_words(sum(file.size or 0 for file in files))
    return reply(
        Audience.CHANNEL, joined(f"🎬 {len(files)} files of {who}", total), *lines, *more, joined(late, way), buttons
    )


def no_file(recording: Recording) -> Reply:
    """Return the reply that no file came, with what usually causes it."""
    rule = recording.request.record_param
    headline: Line = ["⛔ ", person(recording.actor), f", RTC stored no file of {stream(recording.request)}."]
    causes = "Usual causes: the bucket is not authorised, or encrypted; a bill is not paid; the user sent nothing."
    of_rule: Line = (
        ["It was started without a recording rule."] if rule is None else ["rule ", code(rule.record_rule_id)]
    )
    recorded = None if recording.ended_at is None else f"recorded for {elapsed(recording.duration(recording.ended_at))}"
    job: Line | None = None if recording.job_id is None else ["job ", code(recording.job_id)]
    buttons = Controls([details([recording]), again([recording])])
    return reply(Audience.CHANNEL, headline, [causes], joined(recorded, of_rule, job), buttons)


def links(recording: Recording, addresses: Sequence[str | None]) -> Reply:
    """Return the reply with a link to each file that has an address, and with the place of any other."""
    linked: list[tuple[str, str]] = []
    others: list[RecordedFile] = []
    reasons: dict[str, None] = {}
    for n, (file, address) in enumerate(zip(recording.files, addresses, strict=True), 1):
        why = _no_link(file, address, len(linked))
        if why is None and address is not None:
            linked.append((file.name or f"file {n}", address))
        else:
            others.append(file)
            reasons[why or ""] = None
    lines: list[Line] = [joined(file_line(file), _place(file)) for file in others[:_NAMED]]
    more: list[Line] = [[f"and {len(others) - _NAMED} more"]] if len(others) > _NAMED else []
    way: list[Line] = [["Anyone with a link can read its file. Links expire in 10 minutes."]] if linked else []
    headline = f"🎬 {files_in_short(recording) or 'Files'} of {stream(recording.request)}"
    return reply(Audience.ASKER, [headline], *lines, *more, *[[it] for it in reasons if it], *way, links=linked)


def _no_link(file: RecordedFile, address: str | None, linked: int) -> str | None:
    """Return why the file has no link; None if it has one."""
    if file.bucket is None or file.object is None:
        return "RTC did not say where a file is stored, so it has no link."
    if address is None:
        return "recordbot has no key that may read the bucket, so there is no link."
    if len(address) > _LONGEST_ADDRESS:
        return f"Slack takes no link of over {_LONGEST_ADDRESS} characters."
    return f"A message has at most {_NAMED} links." if linked == _NAMED else None


def files_in_short(recording: Recording) -> str | None:
    """Return `2 files · 812 MB` or `no file` for a recording that is over; None if nothing is known of a file."""
    if recording.has_no_file:
        return "no file"
    if not recording.files or not recording.is_over:
        return None
    count = len(recording.files)
    total = size_in_words(sum(file.size or 0 for file in recording.files))
    return " · ".join(filter(None, [f"{count} {'file' if count == 1 else 'files'}", total]))


def file_line(file: RecordedFile) -> Line:
    """Return `lesson.mp4 · 1 h 24 min · 812 MB`."""
    return joined(
        code(file.name) if file.name else "a file",
        None if file.duration is None else plain(span(file.duration)),
        size_in_words(file.size),
        f"{file.width}x{file.height}" if file.width and file.height else None,
    )


def size_in_words(size: int | None) -> str | None:
    """Return `812 MB`; None if the size isn't known."""
    if not size:
        return None
    amount, unit = float(size), "B"
    for bigger in ("kB", "MB", "GB", "TB"):
        if amount < _KILO:
            break
        amount, unit = amount / _KILO, bigger
    return f"{amount:.3g} {unit}"


def _place(file: RecordedFile) -> Line | None:
    if file.bucket is None:
        return None
    place: Line = ["in bucket ", code(file.bucket)]
    return [*place, ", ", code(file.object, 300)] if file.object and file.object != file.name else place
