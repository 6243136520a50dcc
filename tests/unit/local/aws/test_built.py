"""Which artifacts are for this machine."""

import pytest

from local.aws.built import architecture
from local.errors import LocalError


@pytest.mark.parametrize(
    ("machine", "name"), [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")]
)
def test_a_processor_has_one_name(machine: str, name: str) -> None:
    """Linux, macOS and Windows have words of their own for the two."""
    assert architecture(machine) == name


def test_another_processor_is_named() -> None:
    """There is no Lambda for it."""
    with pytest.raises(LocalError, match="riscv64"):
        architecture("riscv64")
