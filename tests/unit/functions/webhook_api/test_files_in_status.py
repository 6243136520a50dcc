"""A status link leads to the files: where they lie, and whether more may come."""

from datetime import datetime, timedelta

import pytest

from functions.ledger.answers import Answer
from functions.ledger.orders import OrderRecord
from functions.webhook_api.answers import StreamStatus
from functions.webhook_api.order_status import order_status
from shared.attempts import Started
from shared.orders import PlacedOrder, Start
from shared.recorded_files import RecordedFile
from shared.recording_clock import NO_FILE
from shared.recordings import End, FilesBy, Recording, RecordingState
from tests.builders import NOW, TIMETABLE, a_job, a_request, an_attempt

FILE = RecordedFile(bucket="lessons", object="a/b.mp4", size=5, duration=60)


def status(now: datetime, **changes: object) -> StreamStatus:
    """The status of a stream that has ended at NOW."""
    request = a_request(publish_param=None)
    job = a_job(request, job_id="1", state="STOPPED")
    recording = Recording(
        order_id="7KQ2M4X8P1ZA",
        n=0,
        request=request,
        actor=TIMETABLE,
        since=NOW - timedelta(hours=1),
        state=RecordingState.ENDED,
        end=End.STOPPED,
        ended_at=NOW,
        job=job,
    ).model_copy(update=changes)
    attempt = an_attempt(outcome=Started(job=job))
    placed = PlacedOrder(body_digest="", actor=TIMETABLE, placed_at=NOW, action=Start(requests=(request,)))
    record = OrderRecord(placed, (attempt,), (recording,), None, Answer(order_id="7KQ2M4X8P1ZA"))
    (stream,) = order_status("7KQ2M4X8P1ZA", record, NOW, now).streams
    return stream


def test_a_file_is_told_with_its_place_and_without_a_link() -> None:
    """A link needs a key of OBS, and ends after minutes."""
    told = status(NOW, files=(FILE,), files_complete=True)
    assert [(it.name, it.bucket, it.object, it.size, it.duration_seconds) for it in told.files] == [
        ("b.mp4", "lessons", "a/b.mp4", 5, 60)
    ]
    assert "http" not in told.model_dump_json()
    assert not told.files_awaited


@pytest.mark.parametrize(
    ("after", "changes", "awaited"),
    [
        (timedelta(0), {}, False),
        (timedelta(0), {"files_by": FilesBy.CALLBACKS}, True),
        (NO_FILE, {"files_by": FilesBy.CALLBACKS}, False),
        (timedelta(0), {"files_by": FilesBy.CALLBACKS, "files": (FILE,)}, True),
        (timedelta(0), {"files_by": FilesBy.CALLBACKS, "files": (FILE,), "files_complete": True}, False),
        (timedelta(minutes=1), {"files_by": FilesBy.CALLBACKS, "files": (FILE,)}, False),
    ],
)
def test_it_says_whether_to_ask_again(after: timedelta, changes: dict[str, object], awaited: bool) -> None:
    """Until the files are known, or ten minutes after the end."""
    assert status(NOW + after, **changes).files_awaited is awaited
