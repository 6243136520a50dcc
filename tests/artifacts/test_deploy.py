"""`make deploy` up to where AWS is asked."""

import json
import os
import subprocess
from pathlib import Path

from tests.paths import ROOT
from tests.programs import need

SAM_PYTHON = ROOT / ".tools" / "sam" / "bin" / "python"
READ = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
print(json.dumps(CfnParameterOverridesType().convert(tuple(sys.argv[1:]), None, None)))
"""


def test_a_stack_without_parameters_is_told_what_to_do() -> None:
    """At once, before anything is installed, built or asked."""
    need("make")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "deploy", "STACK=nowhere"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "parameters/nowhere.yaml is missing: copy parameters/example.yaml there" in done.stderr


def test_sam_reads_parameters_as_they_are_written(tmp_path: Path) -> None:
    """A JSON text stays one, and the architecture that was built for comes last and wins."""
    rule = '{"a": ["b c"]}'
    path = tmp_path / "recordbot.yaml"
    path.write_text(f"RtcProjectId: \"0123e45\"\nRecordRuleId: '{rule}'\nArchitecture: arm64\n", encoding="utf-8")
    command = [str(SAM_PYTHON), "-c", READ, f"file://{path}", "Architecture=x86_64"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "RtcProjectId": "0123e45",
        "RecordRuleId": rule,
        "Architecture": "x86_64",
    }
