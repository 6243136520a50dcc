"""A function's variables in template.yaml, the fields of its settings, and the code that reads them agree."""

import ast
import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.aws.settings import RecordRuleId, Settings
from functions.slack import SlackSettings
from functions.webhook_api.configuration import WebhookSettings
from functions.worker.configuration import RecorderSettings
from local.sam.artifact import own_modules
from tests.template import FUNCTIONS, PARAMETERS, TEMPLATE, entry_of

SETTINGS: dict[str, type[Settings]] = {"slack": SlackSettings, "webhook": WebhookSettings, "recorder": RecorderSettings}
GLOBALS = set(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
PATTERNS = {
    f"{service}-{variable}": (field["pattern"], PARAMETERS[function["Environment"]["Variables"][variable]["Ref"]])
    for service, settings in SETTINGS.items()
    for function in FUNCTIONS.values()
    if function["Handler"] == f"{entry_of(service)}.handler"
    for variable, field in settings.model_json_schema()["properties"].items()
    if "pattern" in field and function["Environment"]["Variables"][variable]["Ref"] in PARAMETERS
}
"""The pattern of each text that a function reads, and the parameter that it comes from."""


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_what_a_function_reads_passes_the_pattern_of_its_parameter(name: str, data: st.DataObject) -> None:
    """Otherwise a value that works could not be deployed."""
    pattern, parameter = PATTERNS[name]
    value = data.draw(st.from_regex(pattern.removesuffix("$") + r"\Z"))
    assert re.fullmatch(parameter["AllowedPattern"], value)


@pytest.mark.parametrize("service", SETTINGS)
def test_a_variable_has_a_field_and_a_field_has_a_variable(service: str) -> None:
    """POWERTOOLS_* are read by Powertools."""
    (function,) = [it for it in FUNCTIONS.values() if it["Handler"] == f"{entry_of(service)}.handler"]
    variables = GLOBALS | set(function["Environment"]["Variables"])
    ours = {name for name in variables if not name.startswith("POWERTOOLS_")}
    assert ours == {field.alias for field in SETTINGS[service].model_fields.values()}


@pytest.mark.parametrize("rule", ["", "5f5e172b9016ed5b0961a43", "~" * 128, "a" * 129, "a b", "é", "a\n"])
def test_a_rule_that_is_deployed_is_read_and_no_other(rule: str) -> None:
    """The parameter's pattern is that of the functions' settings."""
    adapter = TypeAdapter[str](RecordRuleId)
    try:
        is_read = adapter.validate_python(rule) == rule
    except ValidationError:
        is_read = False
    assert bool(re.fullmatch(PARAMETERS["RecordRuleId"]["AllowedPattern"], rule)) is is_read


@pytest.mark.parametrize("service", SETTINGS)
def test_somebody_reads_each_setting(service: str) -> None:
    """A setting that no module of the function reads from its `settings`, nor the settings themselves, is dead."""
    modules = (path.read_text(encoding="utf-8") for path in own_modules(entry_of(service)))
    read = {name for module in modules if "settings." in module for name in attributes_of("settings", module)}
    read |= attributes_of("self", inspect.getsource(SETTINGS[service]))
    assert set(SETTINGS[service].model_fields) <= read


def attributes_of(name: str, source: str) -> set[str]:
    """The attributes of the variable with this name that the source names."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    return {node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id == name}
