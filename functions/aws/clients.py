"""Clients of AWS, of one session of botocore. boto3 would add S3's transfers and its resources, which nothing uses."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session


def connect(service: str, limits: Config) -> Any:
    """Return a client of the service. Several threads may use it."""
    return _session().create_client(service, config=limits)


@cache
def _session() -> Session:
    return get_session()
