"""Huawei's SDK writes a file into the home folder as it is imported: so another folder is home by then."""

import tempfile

import pytest

with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as environment:
    environment.setenv("HOME", home)
    import huaweicloudsdkcore.http.user_agent  # noqa: F401
