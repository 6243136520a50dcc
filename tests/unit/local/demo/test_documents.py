"""The rules of what the page draws."""

import time
from dataclasses import replace

from local.demo.documents import commands
from local.slack.chat import ANN, BOT, CHANNELS, CLASS_RECORDINGS, PEOPLE, Chat, Message
from local.slack.content import Content
from tests.scene import Scene, order_metadata


def _answers(scene: Scene, chat: Chat) -> list[str]:
    [command] = commands(scene.traces(), chat).values()
    assert isinstance(command, dict)
    return list(command["answers"])


def _post(chat: Chat, only_for: str = "", order_id: str = "") -> Message:
    payload = (
        {"text": "Starting user001 in room 100", "metadata": order_metadata(order_id)} if order_id else {"text": "x"}
    )
    return chat.post(CLASS_RECORDINGS, BOT, Content.of_payload(payload), "web_api" if order_id else "ack", only_for)


def _key(message: Message) -> str:
    return f"message {message.channel_id} {message.ts}"


def test_an_order_s_messages_are_its_own() -> None:
    """Of messages with the same text, for the same person, at the same time, an order has those that belong to it.

    The first is the one in the door's 200; the others have the order in their metadata.
    """
    chat, scene = Chat(PEOPLE, CHANNELS, time.time), Scene()
    scene.fulfilled()
    _post(chat, ANN.user_id)
    own = _post(chat, ANN.user_id)
    _post(chat, order_id="0BBBBBBBBBBB")
    told = _post(chat, order_id=scene.order.order_id)
    _post(chat)
    scene.deliveries[0] = replace(scene.deliveries[0], message=own)
    assert _answers(scene, chat) == [_key(own), _key(told)]


def test_a_command_without_an_answer_has_no_message() -> None:
    """What others read is not taken for its answer."""
    chat, scene = Chat(PEOPLE, CHANNELS, time.time), Scene()
    scene.typed()
    _post(chat, ANN.user_id)
    assert _answers(scene, chat) == []
