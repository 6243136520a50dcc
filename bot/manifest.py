"""The Slack app's manifest, from the sub-commands and interactions: for requests over HTTP, or for Socket Mode.

`make docs` writes manifest.yaml and manifest.socket.yaml. `.venv/bin/python -m bot.manifest --url https://.../slack`
prints one with a deployment's address. Fields: https://docs.slack.dev/reference/app-manifest
"""

import argparse
import sys

from bot.commands import LEXICON
from bot.interactions.home import EVENTS
from bot.interactions.shortcuts import SHORTCUTS, Shortcut
from shared.command_line import CommandLine, run

PLACEHOLDER = "https://YOUR-API-ID.execute-api.YOUR-REGION.amazonaws.com/slack"
"""Replace it by the deployment's output SlackRequestUrl."""
SCOPES = {
    "commands": "the slash command",
    "chat:write": "answer as the bot where it is a member",
    "chat:write.public": "and in public channels where it isn't",
    "users:read": "know people's time zones, for until=15:30, and who is a guest",
    "usergroups:read": "know who is in a user group, for rules about one",
}
"""What the bot token may do, each with what it is for."""


def usage_hint() -> str:
    """Return the text that Slack shows after the command's name while it is typed."""
    return f"{LEXICON.default.example} · {LEXICON.empty.name}"


def manifest(*, url: str | None, name: str = "/record") -> str:
    """Return the manifest as YAML. Slack's requests go to `url`; with None they go by Socket Mode."""
    return "\n".join(
        [
            "# Made from bot/commands/ and bot/interactions/ by `make docs`.",
            "# Paste it at api.slack.com/apps, Create New App.",
            "display_information:",
            "  name: recordbot",
            "  description: Records streams of RTC rooms",
            "features:",
            "  app_home:",
            "    home_tab_enabled: true",
            "    messages_tab_enabled: false",
            "  bot_user:",
            "    display_name: recordbot",
            "    always_online: false",
            "  slash_commands:",
            f"    - command: {name}",
            *([f"      url: {url}"] if url else []),
            f'      description: "{_sentence(LEXICON.default.help)}"',
            f'      usage_hint: "{usage_hint()}"',
            "      should_escape: false",
            "  shortcuts:",
            *(line for shortcut in SHORTCUTS for line in _shortcut(shortcut)),
            "oauth_config:",
            "  scopes:",
            "    bot:",
            *(f"      - {scope} # {why}" for scope, why in SCOPES.items()),
            "settings:",
            *_receiving("interactivity", ["    is_enabled: true"], url),
            *_receiving("event_subscriptions", ["    bot_events:", *(f"      - {it}" for it in EVENTS)], url),
            "  org_deploy_enabled: false",
            f"  socket_mode_enabled: {'false' if url else 'true'}",
            "  token_rotation_enabled: false",
            "",
        ]
    )


def _shortcut(shortcut: Shortcut) -> list[str]:
    return [
        f"    - name: {shortcut.name}",
        f"      type: {shortcut.kind}",
        f"      callback_id: {shortcut.callback_id}",
        f"      description: {shortcut.description}",
    ]


def _receiving(what: str, settings: list[str], url: str | None) -> list[str]:
    """Return where Slack sends what the app receives beside commands."""
    return [f"  {what}:", *settings, *([f"    request_url: {url}"] if url else [])]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].partition(";")[0]


def main(command: CommandLine, arguments: list[str]) -> int:
    """Write a manifest to standard output."""
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m bot.manifest", description=__doc__)
    parser.add_argument("--url", default=PLACEHOLDER, help="the deployment's output SlackRequestUrl")
    parser.add_argument("--socket", action="store_true", help="for Socket Mode, which needs no address")
    parser.add_argument("--command", default="/record", help="the slash command's name")
    options = parser.parse_args(arguments)
    command.write_document(manifest(url=None if options.socket else options.url, name=options.command))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
