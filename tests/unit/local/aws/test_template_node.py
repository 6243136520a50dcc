"""The rules of reading CloudFormation's YAML."""

from pathlib import Path

import pytest

from local.aws.template_node import TemplateError, read_node


def _written(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Name", {"Ref": "Name"}),
        ("!Condition Name", {"Condition": "Name"}),
        ("!GetAtt Queue.Arn", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!GetAtt [Queue, Arn]", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!Sub 'a ${B}'", {"Fn::Sub": "a ${B}"}),
        ("!If [C, !Ref A, 2]", {"Fn::If": ["C", {"Ref": "A"}, 2]}),
        ("!Transform {Name: X}", {"Fn::Transform": {"Name": "X"}}),
    ],
)
def test_short_forms_are_written_out(tmp_path: Path, short: str, long: object) -> None:
    """Each of CloudFormation's short forms reads as its long form."""
    assert read_node(_written(tmp_path, f"Value: {short}")).node("Value").value == long


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "a: \x07"])
def test_what_is_not_yaml_is_one_line(tmp_path: Path, text: str) -> None:
    """A file that isn't YAML is refused in one line that names it."""
    path = _written(tmp_path, text)
    with pytest.raises(TemplateError) as caught:
        read_node(path)
    assert str(caught.value).startswith(f"{path} is not YAML: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that isn't there is refused by its name."""
    with pytest.raises(TemplateError, match=r"absent\.yaml can't be read: No such file"):
        read_node(tmp_path / "absent.yaml")


def test_a_fault_is_named_by_its_place(tmp_path: Path) -> None:
    """What is missing, or of the wrong kind, is named with the keys that lead to it."""
    root = read_node(_written(tmp_path, "A: {B: {C: !Ref X, D: true}, E: 7}"))
    with pytest.raises(TemplateError, match=r"template\.yaml: A\.B\.C must be a whole number, not \{'Ref': 'X'\}"):
        root.node("A", "B", "C").number(3)
    with pytest.raises(TemplateError, match=r"A\.B\.D must be a whole number, not True"):
        root.node("A", "B", "D").number()
    with pytest.raises(TemplateError, match=r"A\.E must be a mapping"):
        root.node("A", "E", "F")
    with pytest.raises(TemplateError, match=r"A\.Z is missing"):
        root.node("A", "Z").text()


def test_what_is_absent_has_its_default(tmp_path: Path) -> None:
    """An absent node is an empty mapping, or its default."""
    root = read_node(_written(tmp_path, ""))
    assert root.node("A", "B").nodes() == {}
    assert root.node("A").number(3) == 3
