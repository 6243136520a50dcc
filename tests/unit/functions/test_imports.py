"""What a function imports is what its cold start costs, and what its artifact ships."""

import pytest

from local.aws.fork_servers import LIBRARIES, OURS
from tests.imports import FUNCTIONS, modules_of, packages_of

ALL = {
    "annotated_types",
    "aws_lambda_powertools",
    "botocore",
    "certifi",
    "dateutil",
    "jmespath",
    "pydantic",
    "pydantic_core",
}
ALL |= {"six", "typing_extensions", "typing_inspection", "urllib3"}
"""Powertools' Logger imports jmespath and a part of botocore, which imports dateutil, which imports six."""
PACKAGES = {
    "functions.slack": ALL | {"slack_bolt", "slack_sdk"},
    "functions.webhook": ALL,
    "functions.recorder": ALL | {"charset_normalizer", "idna", "requests"},
}
"""The packages of each function: what isn't here costs a cold start nothing. `make imports` has what each costs."""
OPTIONAL = {"chardet", "cython_runtime", "simplejson", "socks"}
"""What requests and urllib3 use if it is there, as in the environment of these tests. No artifact has it."""
STRANGERS = {
    "functions.slack": {
        "bot.interactions",
        "bot.surfaces",
        "botocore.client",
        "functions.worker",
        "http.cookiejar",
        "multiprocessing",
        "shared.rtc.client",
    },
    "functions.webhook": {"bot", "botocore.client", "functions.worker", "multiprocessing", "shared.rtc.client"},
    "functions.recorder": {"asyncio", "bot.app", "botocore.client", "functions.webhook_api", "multiprocessing"},
}
"""Modules that a function has no use for. Each costs many milliseconds, or means that a layer leaks."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_these_packages_and_no_others(function: str) -> None:
    """A new dependency of a cold start is a decision: boto3, s3transfer or slack_sdk come in by one line somewhere."""
    assert packages_of(function) - OPTIONAL == PACKAGES[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_does_not_import_what_it_has_no_use_for(function: str) -> None:
    """The door has no RTC client, and what answers clicks only when one comes; the recorder has no event loop."""
    assert not (STRANGERS[function] | {"local", "unittest"}) & modules_of(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_local_host_gives_no_function_what_it_does_not_import(function: str) -> None:
    """What all functions are forked from has only what each imports; the rest of its imports is one function's own."""
    assert modules_of(*LIBRARIES, *OURS) <= modules_of("awslambdaric.bootstrap") | modules_of(function)
