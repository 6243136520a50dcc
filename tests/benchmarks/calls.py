"""What a call costs the one who makes it: our client of RTC, `requests` alone, and Huawei's SDK; and one parse."""

import json
import time
import warnings
from collections.abc import Callable
from timeit import repeat
from typing import Any

import requests

from bot.commands import LEXICON
from bot.language.parser import parse
from shared import transport
from shared.rtc.auth import AkSkAuth
from shared.rtc.client import RtcClient
from shared.rtc.models import RecordingRequest
from tests.raw_server import RawServer, http

REQUEST = RecordingRequest(room_id="100", user_id="user001", select_stream_type="HD", max_idle_time=300)
_ANSWER = {"job_id": "1", "app_id": "app1", "room_id": "100", "user_id": "user001", "state": "INIT"}
_CALLS = 200
_ROUNDS = 15


def rtc_starts() -> dict[str, list[float]]:
    """Return, for each of three clients, the milliseconds of a core for one start, once a round. They take turns."""
    answer = http(201, json.dumps(_ANSWER).encode())
    with RawServer(lambda sock: sock.sendall(answer)) as server:
        starts = {"ours": _ours(server), "requests": _bare(server), "SDK": _sdk(server)}
        found: dict[str, list[float]] = {name: [] for name in starts}
        for _ in range(_ROUNDS):
            for name, start in starts.items():
                found[name].append(_cost(start))
    return found


def _cost(start: Callable[[], object]) -> float:
    start()
    before = time.thread_time()
    for _ in range(_CALLS):
        start()
    return (time.thread_time() - before) * 1000 / _CALLS


def _ours(server: RawServer) -> Callable[[], object]:
    auth = AkSkAuth("made", "up", "project1")
    client = RtcClient(endpoint=server.endpoint, app_id="app1", auth=auth, session=transport.new_session())
    return lambda: client.start(REQUEST)


def _bare(server: RawServer) -> Callable[[], object]:
    session = requests.Session()
    url, body = f"{server.endpoint}/v2/apps/app1/individual-stream-jobs", json.dumps(REQUEST.body())
    return lambda: session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=5).json()


def _sdk(server: RawServer) -> Callable[[], object]:
    from huaweicloudsdkcloudrtc import v2 as rtc  # noqa: PLC0415 - importing it writes into the home folder
    from huaweicloudsdkcore.auth.credentials import BasicCredentials  # noqa: PLC0415

    warnings.filterwarnings("ignore", category=DeprecationWarning, module="huaweicloudsdkcore")
    builder = rtc.CloudRTCClient.new_builder().with_credentials(BasicCredentials("made", "up", "project1"))
    client: Any = builder.with_endpoint(server.endpoint).build()
    fields: dict[str, Any] = {name: value for name, value in REQUEST.body().items() if name != "record_param"}
    body = rtc.IndividualStreamJobReq(**fields)
    request = rtc.CreateIndividualStreamJobRequest(content_type="application/json", app_id="app1", body=body)
    return lambda: client.create_individual_stream_job(request)


def parse_us(text: str) -> list[float]:
    """Return the microseconds of one parse, once a round."""
    loops = 2000
    rounds = repeat(lambda: parse(text, LEXICON), number=loops, repeat=_ROUNDS, timer=time.process_time)
    return [took * 1e6 / loops for took in rounds]
