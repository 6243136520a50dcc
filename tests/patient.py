"""Let the functions of a local system take their time."""

from dataclasses import replace

from local.aws.lambda_host import LambdaHost
from local.system import System
from tests.processes import PATIENCE_S


def be_patient(system: System) -> None:
    """Give each function as long as a busy machine needs: in a deployment a door has five seconds, and a core."""
    host = system.stack._host
    assert isinstance(host, LambdaHost)
    for pool in host._pools.values():
        pool._function = replace(pool._function, timeout=max(pool._function.timeout, int(PATIENCE_S)))
