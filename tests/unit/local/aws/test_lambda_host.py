"""The rules of the Lambda host. They hold under AWS's runtime client, and under our own runtime loop alike."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from local.aws.lambda_host import LambdaHost
from local.aws.lambda_pool import Invocation, StartError
from local.aws.lambda_worker import FunctionError
from local.aws.template import Function
from tests.paths import SAMPLES
from tests.processes import PATIENCE_S, is_gone, within

FUNCTIONS = SAMPLES / "functions"
ECHO = Function(
    "Echo", "sample.echo", timeout=60, memory=256, log_format="JSON", log_level="INFO", variables={"OWN": 7}
)
OBEY = replace(ECHO, name="Obey", handler="sample.obey")


@pytest.fixture(scope="module", params=[False, True], ids=["awslambdaric", "own runtime"])
def own_runtime(request: pytest.FixtureRequest) -> bool:
    """Whether our own loop takes the place of AWS's client."""
    assert isinstance(request.param, bool)
    return request.param


@pytest.fixture(scope="module")
def host(own_runtime: bool) -> Iterator[LambdaHost]:
    """One host of both functions for most tests."""
    environment = {"AWS_REGION": "eu-central-1", "GIVEN": "yes"}
    with closing(LambdaHost([ECHO, OBEY], folder=FUNCTIONS, environment=environment, own_runtime=own_runtime)) as host:
        host.warm()
        yield host


def test_a_function_gets_its_event_and_gives_its_result(host: LambdaHost) -> None:
    """Any JSON goes in, and comes back."""
    events: list[object] = [{"a": [1, "é", None]}, [], "text", 1.5, None]
    for event in events:
        assert host.invoke("Echo", event)["event"] == event


def test_a_call_is_told_of_as_it_begins_and_when_it_is_over() -> None:
    """Whoever watches gets each call twice, the second time with how long it took and what went wrong."""
    calls: list[Invocation] = []
    with closing(LambdaHost([OBEY], folder=FUNCTIONS, environment={}, own_runtime=True, on_call=calls.append)) as host:
        result = host.invoke("Obey", {})
        with pytest.raises(FunctionError):
            host.invoke("Obey", {"raise": "oops"})
    well, wrong = calls[:2], calls[2:]
    assert [it.seconds is None for it in calls] == [True, False, True, False]
    assert well[0].request_id == well[1].request_id != wrong[0].request_id
    assert (well[1].function, well[1].event, well[1].error) == ("Obey", b"{}", "")
    assert (well[0].result, json.loads(well[1].result)) == (b"", result)
    assert "oops" in wrong[1].error
    assert wrong[1].result == b""


def test_a_function_sees_lambda_s_environment(host: LambdaHost) -> None:
    """A function sees Lambda's variables, the host's and its own, all as text, and no others."""
    environment = host.invoke("Echo", {})["environment"]
    expected = {
        "AWS_ACCESS_KEY_ID": "Echo",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "Echo",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Echo",
        "GIVEN": "yes",
        "LAMBDA_TASK_ROOT": str(FUNCTIONS),
        "OWN": "7",
        "_HANDLER": "sample.echo",
    }
    assert expected.items() <= environment.items()
    others = {"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "PATH", "PYTHONPATH", "TZ"}
    coverage = {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
    assert set(environment) - set(expected) - others - coverage <= {"LC_CTYPE", "_X_AMZN_TRACE_ID"}


def test_each_call_has_ids_and_a_deadline(host: LambdaHost) -> None:
    """Each call has a request id and a trace id of its own, the function's ARN, and the time that its limit leaves."""
    first, second = host.invoke("Echo", {}), host.invoke("Echo", {})
    assert first["request_id"] != second["request_id"]
    assert first["environment"]["_X_AMZN_TRACE_ID"] != second["environment"]["_X_AMZN_TRACE_ID"]
    assert first["arn"] == "arn:aws:lambda:eu-central-1:123456789012:function:Echo"
    assert 1000 < first["remaining"] <= 60_000


def test_a_process_stays_warm(host: LambdaHost) -> None:
    """Calls that follow each other are taken by the same process."""
    assert host.invoke("Echo", {})["pid"] == host.invoke("Echo", {})["pid"]


def test_calls_at_the_same_time_have_processes_of_their_own(host: LambdaHost, tmp_path: Path) -> None:
    """Each process takes one call at a time; so calls at the same time run beside each other."""
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: host.invoke("Obey", {"meet": str(tmp_path), "others": 3}), range(4)))
    assert len({result["pid"] for result in results}) == 4


def test_an_exception_is_the_call_s_error(host: LambdaHost) -> None:
    """What the handler raises is the call's error; the process goes on."""
    before = host.invoke("Obey", {})["pid"]
    with pytest.raises(FunctionError) as caught:
        host.invoke("Obey", {"raise": "oops"})
    assert (caught.value.kind, caught.value.message) == ("ValueError", "oops")
    assert host.invoke("Obey", {})["pid"] == before


def test_a_late_call_is_cut_off(own_runtime: bool, tmp_path: Path) -> None:
    """At the function's time limit its process is killed, and the call's error says so; the next call has a new one."""
    with closing(LambdaHost([OBEY], folder=FUNCTIONS, environment={}, own_runtime=own_runtime)) as host:
        before = host.invoke("Obey", {})["pid"]
        pool = host._pools["Obey"]
        pool._function = replace(OBEY, timeout=1)  # only now: a busy machine may need longer for the other calls
        with pytest.raises(FunctionError, match=r"Sandbox\.Timedout: Task timed out after 1\.00 seconds"):
            host.invoke("Obey", {"stay": str(tmp_path / "here")})
        pool._function = OBEY
        assert is_gone(before)
        assert host.invoke("Obey", {})["pid"] != before
        assert any(line.endswith("Task timed out after 1.00 seconds") for line in host.logs("Obey"))


def test_a_crash_is_the_call_s_error(host: LambdaHost) -> None:
    """A process that ends during a call is that call's error; the next call has a new one."""
    with pytest.raises(FunctionError, match=r"Runtime\.ExitError: Runtime exited with error: exit status 3"):
        host.invoke("Obey", {"exit": 3})
    assert host.invoke("Obey", {"give": 1})["give"] == 1


def test_a_killed_function_fails_its_call(host: LambdaHost, tmp_path: Path) -> None:
    """Killing a function fails its call and ends what it has started; the next call has a new process."""
    started = host.invoke("Obey", {"start": 60})["child"]
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(host.invoke, "Obey", {"stay": str(tmp_path / "here")})
        assert within(PATIENCE_S, (tmp_path / "here").exists)
        host.kill("Obey")
        with pytest.raises(FunctionError, match=r"Runtime\.ExitError: Runtime exited with error: signal: SIGKILL"):
            call.result()
    assert within(PATIENCE_S, lambda: is_gone(started))
    assert host.invoke("Obey", {"give": 1})["give"] == 1


def test_what_is_printed_is_the_log(host: LambdaHost) -> None:
    """What a function prints is among its log lines, and in no other function's."""
    line = f"echo {host.invoke('Echo', {})['request_id']}"
    assert within(PATIENCE_S, lambda: line in host.logs("Echo"))
    assert line not in host.logs("Obey")


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("absent.handler", "No module named 'absent'"),
        ("sample.absent", "absent"),
        ("broken.handler", "this module always fails"),
        ("exiting.handler", "exit status 5"),
    ],
)
def test_a_function_that_cannot_start_is_named(own_runtime: bool, handler: str, message: str) -> None:
    """A function whose module or handler can't be had is named in one line, with the reason."""
    broken = replace(ECHO, name="Broken", handler=handler)
    with (
        closing(LambdaHost([broken], folder=FUNCTIONS, environment={}, own_runtime=own_runtime)) as host,
        pytest.raises(StartError, match=f"^Broken does not start: .*{message}"),
    ):
        host.warm()


def test_log_lines_are_handed_on_with_the_function_s_name(own_runtime: bool) -> None:
    """Each line goes to the host's listener with the name of its function."""
    lines: list[tuple[str, str]] = []
    with closing(
        LambdaHost(
            [ECHO], folder=FUNCTIONS, environment={}, own_runtime=own_runtime, on_log=lambda *line: lines.append(line)
        )
    ) as host:
        line = f"echo {host.invoke('Echo', {})['request_id']}"
        assert within(PATIENCE_S, lambda: ("Echo", line) in lines)


def test_nothing_is_left_behind(own_runtime: bool, tmp_path: Path) -> None:
    """When the host is closed no process and no thread is left, not even of a call under way, which fails."""
    threads = set(threading.enumerate())
    host = LambdaHost([replace(OBEY, timeout=600), ECHO], folder=FUNCTIONS, environment={}, own_runtime=own_runtime)
    pids = [host.invoke("Obey", {})["pid"], host.invoke("Echo", {})["pid"]]
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(host.invoke, "Obey", {"stay": str(tmp_path / "here")})
        assert within(PATIENCE_S, (tmp_path / "here").exists)
        host.close()
        with pytest.raises(FunctionError):
            call.result()
    with pytest.raises(FunctionError, match="stopping"):
        host.invoke("Echo", {})
    assert all(map(is_gone, pids))
    assert within(PATIENCE_S, lambda: set(threading.enumerate()) <= threads)
