"""The Slack app's manifest: what Slack takes, and in step with the catalogue."""

import pytest
import yaml

from bot.manifest import PLACEHOLDER, main, manifest
from shared.command_line import CommandLine
from tests.paths import ROOT


@pytest.mark.parametrize(("file", "url"), [("manifest.yaml", PLACEHOLDER), ("manifest.socket.yaml", None)])
def test_the_files_are_what_the_catalogue_says(file: str, url: str | None) -> None:
    """If this fails, run `make docs`."""
    assert (ROOT / file).read_text(encoding="utf-8") == manifest(url=url)


@pytest.mark.parametrize("url", ["https://x.execute-api.eu-central-1.amazonaws.com/slack", None])
def test_slack_s_limits_are_kept(url: str | None) -> None:
    """Of the documented lengths; and a command has an address exactly where it doesn't come by Socket Mode."""
    document = yaml.safe_load(manifest(url=url, name="/rec"))
    (command,) = document["features"]["slash_commands"]
    assert command["command"] == "/rec"
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert command.get("url") == url
    assert document["settings"]["socket_mode_enabled"] is (url is None)
    assert len(document["display_information"]["name"]) <= 35
    assert len(document["display_information"]["description"]) <= 140


def test_it_is_printed_for_a_deployment(capsys: pytest.CaptureFixture[str]) -> None:
    """With its address and the command's name there."""
    assert main(CommandLine(), ["--url", "https://example.org/slack", "--command", "/rtc-record"]) == 0
    assert capsys.readouterr().out == manifest(url="https://example.org/slack", name="/rtc-record")
    assert main(CommandLine(), ["--socket"]) == 0
    assert capsys.readouterr().out == manifest(url=None)


@pytest.mark.parametrize("url", ["https://x.execute-api.eu-central-1.amazonaws.com/slack", None])
def test_what_the_app_receives_beside_commands_is_in_it(url: str | None) -> None:
    """Both shortcuts, within Slack's limits, clicks, and the event of the home tab; each with an address over HTTP."""
    document = yaml.safe_load(manifest(url=url))
    shortcuts = document["features"]["shortcuts"]
    assert [it["type"] for it in shortcuts] == ["global", "message"]
    assert len({it["callback_id"] for it in shortcuts}) == 2
    assert all(len(it["name"]) <= 24 and len(it["description"]) <= 150 for it in shortcuts)
    assert document["features"]["app_home"]["home_tab_enabled"] is True
    settings = document["settings"]
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert {settings[it].get("request_url") for it in ("interactivity", "event_subscriptions")} == {url}
