"""Post replies: by chat.postMessage if there is a bot token, else to the command's response_url."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.messages.blocks import Audience, Reply
from bot.slack_api import CannotDeliver, SlackApi
from shared.slack_refs import MessageRef, ReplyTo

EVENT_TYPE = "recordbot_order"
"""The event_type of the Slack message metadata that carries the ids of the orders that a message is about."""

_log = logging.getLogger("recordbot.messenger")


class Messenger:
    """Posts and updates the messages of orders. Each carries its order's id as Slack message metadata.

    https://docs.slack.dev/messaging/message-metadata/
    """

    def __init__(self, slack: SlackApi) -> None:
        self._slack = slack

    @property
    def has_bot_token(self) -> bool:
        """Return whether it can post and publish as the bot."""
        return self._slack.has_bot_token

    def publish(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Publish the person's home tab. Raises TryLater or CannotDeliver."""
        self._slack.call("views.publish", {"user_id": user_id, "view": view})

    def posts_as_bot(self, reply: Reply, reply_to: ReplyTo) -> bool:
        """Return whether `post` uses chat.postMessage, which Slack takes once a second in a channel."""
        return self._slack.has_bot_token and (reply.to is Audience.CHANNEL or reply_to.response_url is None)

    def post(self, reply: Reply, reply_to: ReplyTo, *order_ids: str, as_bot: bool = True) -> MessageRef | None:
        """Post the reply, and return the message; None if it can't be updated. Raises TryLater or CannotDeliver.

        If the Web API can't post to the channel (the bot is no member, the token isn't valid), the response_url is
        used. Without a response_url no person typed a command. Then the channel gets replies for the asker too.
        """
        content = _content(reply, order_ids)
        if as_bot and self.posts_as_bot(reply, reply_to):
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
        fields = {"response_type": reply.to.value, **content}
        # A reply for the asker replaces only what nobody else sees, and one for the channel only what all see.
        if reply_to.replaces and (reply.to is Audience.CHANNEL) == (reply_to.clicked is not None):
            fields["replace_original"] = True
        self._slack.post_to_response_url(reply_to.response_url, fields)
        return None

    def replace_clicked(self, reply: Reply, response_url: str, *order_ids: str) -> None:
        """Replace the message that was clicked on with the reply. Raises TryLater or CannotDeliver."""
        fields = {"response_type": reply.to.value, "replace_original": True, **_content(reply, order_ids)}
        self._slack.post_to_response_url(response_url, fields)

    def update(self, message: MessageRef, reply: Reply, *order_ids: str) -> None:
        """Replace the message with the reply. Raises TryLater or CannotDeliver."""
        where = {"channel": message.channel_id, "ts": message.ts}
        self._slack.call("chat.update", {**where, **_content(reply, order_ids)})

    def reply(self, message: MessageRef, reply: Reply, order_id: str) -> None:
        """Post the reply in the message's thread. Raises TryLater or CannotDeliver."""
        where = {"channel": message.channel_id, "thread_ts": message.ts}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        self._slack.call("chat.postMessage", {**where, **quiet, **_content(reply, (order_id,))})


def _content(reply: Reply, order_ids: tuple[str, ...]) -> dict[str, Any]:
    first, *others = order_ids
    payload = {"order_id": first} | ({"other_order_ids": " ".join(others)} if others else {})
    metadata = {"event_type": EVENT_TYPE, "event_payload": payload}
    return {"text": reply.text, "blocks": reply.blocks, "metadata": metadata}


def _message_in(answer: Mapping[str, Any]) -> MessageRef | None:
    channel_id, ts = answer.get("channel"), answer.get("ts")
    return MessageRef(channel_id=channel_id, ts=ts) if isinstance(channel_id, str) and isinstance(ts, str) else None
