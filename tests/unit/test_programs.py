"""What a test says where the machine lacks a program."""

from pathlib import Path

import pytest

from tests.programs import need


def test_a_test_whose_program_is_missing_is_skipped_and_names_it(tmp_path: Path) -> None:
    """One line names each program that is missing, and no other."""
    (tmp_path / "curl").touch(mode=0o755)
    need("curl", path=str(tmp_path))
    with pytest.raises(pytest.skip.Exception) as skipped:
        need("curl", "openssl", "node", path=str(tmp_path))
    assert skipped.value.msg == "needs openssl and node, which this machine lacks"
