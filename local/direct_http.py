"""HTTP requests to this machine: they never go through a proxy of the environment, which can't reach this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import requests


def session_to(url: str) -> requests.Session:
    """Return a session for requests to the URL's host: without the environment's proxy if that is this machine."""
    session = requests.Session()
    session.trust_env = not _is_here(urlsplit(url).hostname or "")
    return session


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
