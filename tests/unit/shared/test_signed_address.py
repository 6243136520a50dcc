"""Signed addresses are those of OBS's own SDK, and end after ten minutes.

The known answers are those of esdk-obs-python 3.26.6 (ObsClient.createSignedUrl). It is no dependency of the tests: it
needs crcmod, which is installed only where there is a C compiler.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.http_message import Headers, Request
from local.rtc.credentials import MADE_UP
from local.rtc.files import Files
from local.rtc.obs import read
from shared.recorded_files import RecordedFile
from shared.signed_address import LIFETIME, ReadKey
from tests.paths import SAMPLES

VECTORS = json.loads((SAMPLES / "obs_vectors.json").read_text(encoding="utf-8"))
NOW = datetime.fromtimestamp(1772447400, UTC)
ENDPOINT = "https://obs.{location}.myhuaweicloud.com"
KEY = ReadKey(MADE_UP.obs_access_key, MADE_UP.obs_secret_key, ENDPOINT)


def a_file(key: str, bucket: str = "lessons") -> RecordedFile:
    """A file with this name."""
    return RecordedFile(bucket=bucket, object=key)


def test_an_address_is_that_of_obs_s_own_sdk() -> None:
    """Whatever characters the object's name has, and with a temporary key."""
    keys = [ReadKey(MADE_UP.obs_access_key, MADE_UP.obs_secret_key, ENDPOINT, it["security_token"]) for it in VECTORS]
    made = [key.address(a_file(it["object"]), "cn-north-4", NOW) for key, it in zip(keys, VECTORS, strict=True)]
    assert made == [it["url"] for it in VECTORS]


@pytest.mark.parametrize("file", [RecordedFile(), RecordedFile(bucket="lessons"), RecordedFile(object="a.mp4")])
def test_a_file_without_a_place_has_no_address(file: RecordedFile) -> None:
    """RTC may leave out either."""
    assert KEY.address(file, "cn-north-4", NOW) is None


def test_an_address_leads_to_the_file_s_own_region() -> None:
    """As RTC says it; else to the one that is set."""
    address = KEY.address(a_file("a.mp4").model_copy(update={"location": "cn-east-2"}), "cn-north-4", NOW)
    assert address is not None
    assert address.startswith("https://lessons.obs.cn-east-2.myhuaweicloud.com/a.mp4?")


def test_no_repr_shows_a_secret() -> None:
    """Neither the key's nor a token."""
    key = ReadKey("id", "secret", ENDPOINT, "token")
    assert not {"secret", "token"} & set(repr(key).replace("'", " ").split())


@pytest.mark.parametrize(
    ("after", "status"),
    [(timedelta(0), 404), (LIFETIME, 404), (LIFETIME + timedelta(seconds=1), 403)],
)
def test_the_stand_in_for_obs_takes_it_for_ten_minutes(after: timedelta, status: int) -> None:
    """It checks with its own code: a signature that it takes leads to the bucket, where this object is not."""
    files = Files("lessons", "cn-north-4", init_time=timedelta(0))
    for known in VECTORS[:11]:
        address = KEY.address(a_file(known["object"]), "cn-north-4", NOW)
        assert address is not None
        target = address.removeprefix("https://lessons.obs.cn-north-4.myhuaweicloud.com")
        request = Request("GET", target, Headers((("Host", "lessons.obs.cn-north-4.myhuaweicloud.com"),)))
        assert read(files, MADE_UP, request, (NOW + after).timestamp()).status == status, known
