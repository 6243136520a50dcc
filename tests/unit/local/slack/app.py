"""An app of the tests' own, on loopback, and a workspace that it belongs to."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qs

import requests

from local.http_message import Answer, Request
from local.loopback import Server
from local.slack.workspace import SlackWorkspace

PATIENCE_S = 90


def plain(text: str) -> dict[str, Any]:
    """Return a text object."""
    return {"type": "plain_text", "text": text}


def button(action_id: str, **more: object) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "text": plain(action_id), "action_id": action_id, **more}


def row(*elements: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a row of elements."""
    return {"type": "actions", "elements": list(elements), **more}


def field(block_id: str, element: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a labelled field, whose element has the block's id as its action_id."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": {"action_id": block_id, **element},
        **more,
    }


def menu(*values: str, kind: str = "static_select", **more: object) -> dict[str, Any]:
    """Return a menu of these options."""
    return {"type": kind, "options": [{"text": plain(it), "value": it} for it in values], **more}


def modal(*blocks: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return a modal that can be submitted."""
    return {"type": "modal", "title": plain("Record"), "submit": plain("Start"), "blocks": list(blocks), **more}


class App:
    """Answers every request with `answer`, and opens `opens` with each trigger id, if there is one."""

    def __init__(self) -> None:
        self.slack: SlackWorkspace | None = None
        self.answer = Answer()
        self.opens: dict[str, Any] | None = None
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.opens:
            self.call("views.open", trigger_id=self.payload["trigger_id"], view=self.opens)
        return self.answer

    @property
    def payload(self) -> dict[str, Any]:
        """The last payload that came: JSON in a form or in the body, or a command's form."""
        body = self.requests[-1].body.decode()
        if body.startswith("{"):
            return dict(json.loads(body))
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        return dict(json.loads(form["payload"])) if "payload" in form else form

    def call(self, method: str, **arguments: object) -> dict[str, Any]:
        """Call the Web API, and return its answer."""
        assert self.slack
        headers = {"Authorization": f"Bearer {self.slack.bot_token}"}
        answer = requests.post(f"{self.slack.api_url}{method}", json=arguments, headers=headers, timeout=PATIENCE_S)
        return dict(answer.json())


@contextmanager
def workspace(**options: Any) -> Iterator[tuple[SlackWorkspace, App]]:
    """Run a workspace and its app until the context ends."""
    app = App()
    slack = SlackWorkspace(**{"rate_limited": False, "patience": PATIENCE_S, **options})
    with closing(Server(app)) as door, closing(slack):
        slack.request_url = f"{door.endpoint}/slack"
        app.slack = slack
        yield slack, app
