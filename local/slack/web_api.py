"""Slack's Web API, as far as the bot uses it: who people are, messages, and the methods that are handed in."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from urllib.parse import parse_qsl

from local.http_message import Answer, Request
from local.slack.chat import BOT, BOT_ID, BOT_NAME, TEAM_DOMAIN, TEAM_ID, Channel, Chat, Kind
from local.slack.content import Content
from local.slack.refusal import Refused, refusal

SCOPES = frozenset({"chat:write", "commands", "users:read", "usergroups:read"})
"""The scopes that the bot has. With `chat:write.public` it could post to public channels that it isn't a member of."""
SECONDS_BETWEEN_POSTS = 1.0
"""Slack allows about one message a second in a channel. It also allows short bursts; the stand-in doesn't."""

type _Arguments = Mapping[str, object]
type _Fields = dict[str, object]


class _RateLimited(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.retry_after = ceil(seconds)


class WebApi:
    """The methods under /api/, for one bot token; `more` are methods of others. Thread-safe: uses the chat's lock."""

    def __init__(
        self,
        chat: Chat,
        clock: Callable[[], float],
        *,
        token: str,
        scopes: frozenset[str],
        rate_limited: bool,
        more: Mapping[str, Callable[[_Arguments], _Fields]] | None = None,
    ) -> None:
        self._chat = chat
        self._clock = clock
        self._token = token
        self._scopes = scopes
        self._rate_limited = rate_limited
        self._next_post: dict[str, float] = {}
        self._methods: Mapping[str, Callable[[_Arguments], _Fields]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "usergroups.list": self._usergroups_list,
            "users.info": self._user_info,
            **(more or {}),
        }

    def answer(self, method: str, request: Request) -> Answer:
        """Return Slack's answer to a call of `method`: 200, with an error code if the call failed, or 429."""
        try:
            arguments = _arguments(request)
            self._authenticate(request, arguments)
            with self._chat.news:
                fields = self._methods.get(method, _unknown_method)(arguments)
        except _RateLimited as error:
            return refusal("web_api", HTTPStatus.TOO_MANY_REQUESTS, "ratelimited", error.retry_after)
        except Refused as error:
            more = {"needed": error.why, "provided": ",".join(sorted(self._scopes))}
            messages = {"response_metadata": {"messages": [f"[ERROR] {error.why}"]}}
            return Answer.of_json(
                200, {"ok": False, "error": error.code, **(more if error.code == "missing_scope" else messages)}
            )
        return Answer.of_json(200, {"ok": True, **fields}, (("X-OAuth-Scopes", ",".join(sorted(self._scopes))),))

    def _authenticate(self, request: Request, arguments: _Arguments) -> None:
        kind, _, bearer = request.headers.get("Authorization").partition(" ")
        token = bearer.strip() if kind.lower() == "bearer" else arguments.get("token")
        if not token:
            raise Refused("not_authed", "neither an Authorization header nor a token")
        if token != self._token:
            raise Refused("invalid_auth", "no such token was issued")

    def _auth_test(self, _: _Arguments) -> _Fields:
        return {
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": TEAM_DOMAIN,
            "user": BOT_NAME,
            "team_id": TEAM_ID,
            "user_id": BOT,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }

    def _user_info(self, arguments: _Arguments) -> _Fields:
        self._require("users:read")
        person = self._chat.people.get(str(arguments.get("user")))
        if person is None:
            raise Refused("user_not_found", f"no person {arguments.get('user')!r}")
        user = {"id": person.user_id, "team_id": person.team_id, "name": person.name, "tz": person.tz}
        return {"user": {**user, "is_restricted": person.is_guest, "is_ultra_restricted": False}}

    def _usergroups_list(self, arguments: _Arguments) -> _Fields:
        self._require("usergroups:read")
        people = self._chat.people.values()
        members = {group: [it.user_id for it in people if group in it.groups] for it in people for group in it.groups}
        has_users = arguments.get("include_users") in {"true", "1", True}
        return {
            "usergroups": [
                {"id": group, "team_id": TEAM_ID} | ({"users": users} if has_users else {})
                for group, users in members.items()
            ]
        }

    def _post_message(self, arguments: _Arguments) -> _Fields:
        self._require("chat:write")
        channel = self._channel(arguments)
        if BOT not in channel.members and "chat:write.public" not in self._scopes:
            raise Refused("not_in_channel", channel.name)
        content = Content.of_payload(arguments)
        thread_ts = self._thread(channel, arguments)
        self._check_rate(channel)
        message = self._chat.post(channel, BOT, content, "web_api", thread_ts=thread_ts)
        return {
            "channel": channel.channel_id,
            "ts": message.ts,
            "message": self._chat.document(message),
            **_warnings(content),
        }

    def _post_ephemeral(self, arguments: _Arguments) -> _Fields:
        self._require("chat:write")
        channel = self._channel(arguments)
        if BOT not in channel.members:
            raise Refused("not_in_channel", channel.name)
        user = arguments.get("user")
        if not isinstance(user, str) or user not in channel.members:
            raise Refused("user_not_in_channel", f"{user!r} is not in {channel.name}")
        message = self._chat.post(channel, BOT, Content.of_payload(arguments), "web_api", only_for=user)
        return {"message_ts": message.ts}

    def _update(self, arguments: _Arguments) -> _Fields:
        self._require("chat:write")
        channel = self._channel(arguments)
        message = self._chat.find(channel.channel_id, str(arguments.get("ts")))
        if message is None or message.only_for:  # Slack doesn't find ephemeral messages either
            raise Refused("message_not_found", f"ts {arguments.get('ts')!r}")
        if message.author != BOT:
            raise Refused("cant_update_message", "someone else posted it")
        message = self._chat.edit(message, Content.of_payload(arguments, message.content))
        return {
            "channel": channel.channel_id,
            "ts": message.ts,
            "text": message.content.text,
            "message": self._chat.document(message),
            **_warnings(message.content),
        }

    def _require(self, scope: str) -> None:
        if scope not in self._scopes:
            raise Refused("missing_scope", scope)

    def _channel(self, arguments: _Arguments) -> Channel:
        channel = self._chat.channels.get(str(arguments.get("channel")))
        if channel is None or (channel.kind is not Kind.PUBLIC and BOT not in channel.members):
            raise Refused("channel_not_found", f"no channel {arguments.get('channel')!r} that the bot can see")
        if channel.archived:
            raise Refused("is_archived", channel.name)
        return channel

    def _thread(self, channel: Channel, arguments: _Arguments) -> str:
        """Return the ts of the message whose thread the arguments name, or "". Raises Refused if there is none."""
        named = arguments.get("thread_ts")
        if named is None:
            return ""
        message = self._chat.find(channel.channel_id, str(named))
        if message is None or message.only_for:
            # guess: the code. Some report it for a deleted message; others report a message outside of the thread.
            raise Refused("thread_not_found", f"thread_ts {named!r}")
        return message.thread_ts or message.ts  # guess: a reply to a reply is in the same thread

    def _check_rate(self, channel: Channel) -> None:
        now = self._clock()
        early = self._next_post.get(channel.channel_id, now) - now
        if early > 0 and self._rate_limited:
            raise _RateLimited(early)
        self._next_post[channel.channel_id] = now + SECONDS_BETWEEN_POSTS


def _warnings(content: Content) -> _Fields:
    if not content.warnings:
        return {}
    return {"warning": ",".join(content.warnings), "response_metadata": {"warnings": list(content.warnings)}}


def _unknown_method(_: _Arguments) -> _Fields:
    raise Refused("unknown_method")


def _arguments(request: Request) -> _Arguments:
    kind = request.headers.get("Content-Type").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            arguments = json.loads(request.body or b"{}")  # slack_sdk sends an empty body if there are no arguments
        elif kind in {"", "application/x-www-form-urlencoded"}:
            arguments = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        else:
            raise Refused("invalid_post_type", kind)
    except ValueError as error:
        raise Refused("invalid_json" if kind == "application/json" else "invalid_form_data", str(error)) from error
    if not isinstance(arguments, dict):
        raise Refused("json_not_object", type(arguments).__name__)
    return arguments
