"""Huawei's own SDK. It writes a file into the home folder as it is imported: so another folder is home by then."""

import os
import tempfile
from typing import Any
from unittest.mock import patch

from local.rtc.credentials import MADE_UP

with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, HOME=home):
    from huaweicloudsdkcloudrtc import v2 as rtc
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException

__all__ = ["ClientRequestException", "ServerResponseException", "client_of", "rtc"]


def client_of(endpoint: str, secret_key: str = MADE_UP.secret_key) -> Any:
    """The SDK's client, with the stand-in's credentials."""
    credentials = BasicCredentials(MADE_UP.access_key, secret_key, MADE_UP.project_id)
    return rtc.CloudRTCClient.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()
