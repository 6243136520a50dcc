"""Huawei's own SDK against the stand-in: an independent client finds in it the API it was made for."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from local.loopback import Server
from local.rtc.api import RtcApi
from local.rtc.credentials import MADE_UP
from local.rtc.faults import Fault
from local.rtc.server import serve
from tests.paths import ROOT
from tests.processes import PATIENCE_S

JSON = "application/json"

# The SDK's signer takes the time from datetime.utcnow, which Python has deprecated.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow:DeprecationWarning:huaweicloudsdkcore")


@pytest.fixture(name="api")
def _api() -> RtcApi:
    return RtcApi(init_time=timedelta(0))


@pytest.fixture(name="server")
def _server(api: RtcApi) -> Iterator[Server]:
    with serve(api) as server:
        yield server


@pytest.fixture(name="sdk", scope="module")
def _sdk() -> ModuleType:
    from tests.contract import huawei_sdk  # noqa: PLC0415 # its hundred modules are nothing to collect the tests with

    return huawei_sdk


def _start(sdk: Any, **fields: object) -> Any:
    stream = {"room_id": "100", "user_id": "user001", "video_type": "CAMERASTREAM"}
    body = sdk.rtc.IndividualStreamJobReq(**stream | fields)
    return sdk.rtc.CreateIndividualStreamJobRequest(content_type=JSON, app_id=MADE_UP.app_id, body=body)


def test_the_sdk_shows_a_recording_rule(sdk: Any, server: Server) -> None:
    """It says where the files go. A rule that the app does not have is refused."""
    client = sdk.client_of(server.endpoint)
    where = {"content_type": JSON, "app_id": MADE_UP.app_id}
    shown = client.show_record_rule(sdk.rtc.ShowRecordRuleRequest(**where, rule_id=MADE_UP.record_rule_id))
    assert (shown.rule_id, shown.obs_addr.bucket, shown.obs_addr.location) == (
        MADE_UP.record_rule_id,
        MADE_UP.bucket,
        MADE_UP.region,
    )
    with pytest.raises(sdk.ClientRequestException) as refused:
        client.show_record_rule(sdk.rtc.ShowRecordRuleRequest(**where, rule_id="no-such-rule"))
    assert refused.value.status_code == 404


def test_the_sdk_starts_shows_updates_and_stops_a_job(sdk: Any, server: Server, api: RtcApi) -> None:
    """Each of its four calls is understood, and its models find every field they look for."""
    client = sdk.client_of(server.endpoint)
    where = {"content_type": JSON, "app_id": MADE_UP.app_id, "job_id": "1"}
    started = client.create_individual_stream_job(_start(sdk, record_param=sdk.rtc.RecordParam(record_rule_id="rule")))
    assert (started.job_id, started.stream_name, started.state) == ("1", "s_1_100_user001", "INIT")
    assert started.x_request_id == api.calls()[-1].request_id
    shown = client.show_individual_stream_job(sdk.rtc.ShowIndividualStreamJobRequest(**where))
    assert (shown.state, shown.record_param.record_rule_id, shown.max_idle_time) == ("RUNNING", "rule", 30)
    change = sdk.rtc.UpdateIndividualJobReq(record_param=sdk.rtc.RecordParam(record_rule_id="another"))
    updated = client.update_individual_stream_job(sdk.rtc.UpdateIndividualStreamJobRequest(**where, body=change))
    assert updated.record_param.record_rule_id == "another"
    client.stop_individual_stream_job(sdk.rtc.StopIndividualStreamJobRequest(**where))
    stopped = client.show_individual_stream_job(sdk.rtc.ShowIndividualStreamJobRequest(**where))
    assert (stopped.state, stopped.stop_reason) == ("STOPPED", "TENANT_STOP")
    assert {call.verdict for call in api.calls()} == {"accepted"}


def test_the_sdk_lists_the_files_of_a_bucket(sdk: Any, server: Server, api: RtcApi) -> None:
    """A job that has run and is over leaves one, and the SDK's models find its name, size and time."""
    client = sdk.client_of(server.endpoint)
    client.create_individual_stream_job(_start(sdk))
    api.fail("1")
    request = sdk.rtc.ListObsBucketObjectsRequest(bucket=MADE_UP.bucket, type="objects", location=MADE_UP.region)
    request.prefix = f"{MADE_UP.app_id}/mp4/s_1_100_user001"
    end = time.monotonic() + PATIENCE_S
    while not (found := client.list_obs_bucket_objects(request)).count:
        assert time.monotonic() < end
        time.sleep(0.2)
    (listed,) = found.objects
    assert listed.file_name.startswith(request.prefix)
    assert listed.size == 2
    assert datetime.strptime(listed.last_modified, "%Y/%m/%d %H:%M:%S GMT%z").tzinfo is not None
    request.prefix = f"{MADE_UP.app_id}/mp4/s_2"
    assert client.list_obs_bucket_objects(request).objects == []


def _refusal(sdk: Any, server: Server, request: Any, *secret_key: str) -> tuple[int, str, str]:
    with pytest.raises(sdk.ClientRequestException) as refused:
        sdk.client_of(server.endpoint, *secret_key).create_individual_stream_job(request)
    return refused.value.status_code, refused.value.error_code, refused.value.request_id


def test_the_sdk_reads_each_refusal_as_its_own(sdk: Any, server: Server, api: RtcApi) -> None:
    """400, 401 and 404 are its ClientRequestException, with the code and the request id that the stand-in gave."""
    wrong = _start(sdk, max_idle_time=4)
    assert _refusal(sdk, server, wrong) == (400, "RTC.00001003", api.calls()[-1].request_id)
    assert _refusal(sdk, server, _start(sdk), "wrong") == (401, "APIGW.0301", api.calls()[-1].request_id)
    elsewhere = _start(sdk)
    elsewhere.app_id = "another"
    assert _refusal(sdk, server, elsewhere) == (404, "RTC.00001003", api.calls()[-1].request_id)


def test_the_sdk_reads_a_told_500_as_its_own(sdk: Any, server: Server, api: RtcApi) -> None:
    """A failure of the service is its ServerResponseException, and no job was made."""
    api.misbehave(Fault(status=500, error_code="RTC.00002000"))
    with pytest.raises(sdk.ServerResponseException) as failed:
        sdk.client_of(server.endpoint).create_individual_stream_job(_start(sdk))
    assert (failed.value.status_code, failed.value.error_code) == (500, "RTC.00002000")
    assert api.jobs() == []


def test_the_sdk_writes_nothing_into_the_home_folder(tmp_path: Path) -> None:
    """Whoever runs these tests finds their home folder as it was."""
    program = "from tests.contract.huawei_sdk import client_of; client_of('http://127.0.0.1')"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={"HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []
