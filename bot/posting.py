"""Post replies: by chat.postMessage if there is a bot token, else to the command's response_url."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.messages.blocks import Audience, Reply
from bot.slack_api import CannotDeliver, SlackApi
from shared.slack_refs import MessageRef, ReplyTo

EVENT_TYPE = "recordbot_order"
"""The event_type of the Slack message metadata that carries an order's id."""

_log = logging.getLogger("recordbot.messenger")


class Messenger:
    """Posts and updates the messages of orders. Each carries its order's id as Slack message metadata.

    https://docs.slack.dev/messaging/message-metadata/
    """

    def __init__(self, slack: SlackApi) -> None:
        self._slack = slack

    def post(self, reply: Reply, reply_to: ReplyTo, order_id: str) -> MessageRef | None:
        """Post the reply, and return the message; None if it can't be updated. Raises TryLater or CannotDeliver.

        If the Web API can't post to the channel (the bot is no member, the token isn't valid), the response_url is
        used. Without a response_url no person typed a command. Then the channel gets replies for the asker too.
        """
        content = _content(reply, order_id)
        to_channel = reply.to is Audience.CHANNEL or reply_to.response_url is None
        if to_channel and self._slack.has_bot_token:
            quiet = {"unfurl_links": False, "unfurl_media": False}
            try:
                answer = self._slack.call("chat.postMessage", {"channel": reply_to.channel_id, **quiet, **content})
                return _message_in(answer)
            except CannotDeliver as refusal:
                if reply_to.response_url is None:
                    raise
                _log.warning("chat.postMessage refused: %s; answering by the response_url", refusal.reason)
        if reply_to.response_url is None:
            raise CannotDeliver("without a bot token nobody can post to a channel")
        self._slack.post_to_response_url(reply_to.response_url, {"response_type": reply.to.value, **content})
        return None

    def update(self, message: MessageRef, reply: Reply, order_id: str) -> None:
        """Replace the message with the reply. Raises TryLater or CannotDeliver."""
        where = {"channel": message.channel_id, "ts": message.ts}
        self._slack.call("chat.update", {**where, **_content(reply, order_id)})

    def reply(self, message: MessageRef, reply: Reply, order_id: str) -> None:
        """Post the reply in the message's thread. Raises TryLater or CannotDeliver."""
        where = {"channel": message.channel_id, "thread_ts": message.ts}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        self._slack.call("chat.postMessage", {**where, **quiet, **_content(reply, order_id)})


def _content(reply: Reply, order_id: str) -> dict[str, Any]:
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"order_id": order_id}}
    return {"text": reply.text, "blocks": reply.blocks, "metadata": metadata}


def _message_in(answer: Mapping[str, Any]) -> MessageRef | None:
    channel_id, ts = answer.get("channel"), answer.get("ts")
    return MessageRef(channel_id=channel_id, ts=ts) if isinstance(channel_id, str) and isinstance(ts, str) else None
