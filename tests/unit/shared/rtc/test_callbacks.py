"""RTC's callbacks are read whatever they lack, and their files keep their order."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recorded_files import RecordedFile, merged
from shared.rtc.callbacks import NotACallback, RtcCallback, read_callback
from tests.callback_requests import COMPLETE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)
FILES = st.lists(
    st.builds(
        RecordedFile,
        bucket=st.sampled_from(["a", None]),
        object=st.sampled_from(["x", "y", "z"]),
        size=st.integers(0, 9) | st.none(),
        began_at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 9), timezones=st.just(UTC)),  # noqa: DTZ001 - timezones are given
    ),
    max_size=6,
)


def test_a_complete_file_has_all_that_rtc_said() -> None:
    """Name, place, size, length, picture and times."""
    file = read_callback(json.dumps(COMPLETE).encode()).file()
    assert file is not None
    assert (file.name, file.bucket, file.object) == ("s_1.mp4", "lessons", "app1/mp4/s_1/s_1.mp4")
    assert (file.size, file.duration, file.width, file.height) == (812_000_000, 5040, 1280, 720)
    assert file.began_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("event", ["CLOUD_RECORD_SERVER_OVER", "CLOUD_RECORD_OVER"])
def test_both_names_of_the_end_are_known(event: str) -> None:
    """RTC's pages differ."""
    said = read_callback(json.dumps({"event_type": event, "job_id": 1}).encode())
    assert (said.is_over, said.job_id, said.file()) == (True, "1", None)


@given(st.dictionaries(st.sampled_from([*COMPLETE, "detail_message", "unknown"]), JSON))
def test_any_object_is_read(fields: dict[str, object]) -> None:
    """What is absent or has the wrong type is None."""
    try:
        said = read_callback(json.dumps(fields).encode())
    except NotACallback:  # halves of surrogate pairs and NaN are no JSON
        return
    assert said.download_url is None
    assert RtcCallback.model_validate_json(said.model_dump_json()) == said
    said.file()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://lessons.obs.cn-north-4.myhuaweicloud.com/a/b%20c%2B.mp4?x=1", ("lessons", "a/b c+.mp4")),
        ("https://example.com/a.mp4", (None, None)),
        ("https://obs.cn-north-4.myhuaweicloud.com/lessons/a.mp4", (None, None)),
        ("https://[/a", (None, None)),
        ("lessons", (None, None)),
        ("https://lessons.obs.cn-north-4.myhuaweicloud.com/%ff", (None, None)),
    ],
)
def test_an_address_names_bucket_and_object_or_nothing(address: str, place: tuple[str | None, str | None]) -> None:
    """Only an address of OBS of the usual form does."""
    file = RecordedFile().at(address)
    assert (file.bucket, file.object) == place


@given(FILES, FILES)
def test_files_are_known_once_and_in_order(some: list[RecordedFile], others: list[RecordedFile]) -> None:
    """However often and in whatever order they are told."""
    known = merged(merged((), some), others)
    assert merged(known, others) == known
    assert len({it.object for it in known}) == len(known)
    times = [it.began_at for it in known if it.began_at is not None]
    assert times == sorted(times)
