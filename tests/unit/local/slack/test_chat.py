"""Who sees what, in which order, and how waiting for news works."""

import re
import threading

from local.slack.chat import (
    ANN,
    ANN_AND_BOT,
    BEN,
    BOT,
    CHANNELS,
    CLASS_RECORDINGS,
    GENERAL,
    PEOPLE,
    STAFF,
    Channel,
    Chat,
    Kind,
    Message,
    Person,
)
from local.slack.content import Content


def _chat(now: float = 1_700_000_000.0001) -> Chat:
    return Chat(PEOPLE, CHANNELS, lambda: now)


def _post(chat: Chat, words: str, channel: Channel = CLASS_RECORDINGS, only_for: str = "") -> Message:
    return chat.post(channel, BOT, Content(words), "web_api", only_for)


def _words(messages: list[Message]) -> list[str]:
    return [message.content.text for message in messages]


def test_ts_has_slack_s_shape_and_is_never_given_twice() -> None:
    """Even where the clock stands still, and across channels."""
    chat = _chat()
    stamps = [_post(chat, "x", channel).ts for channel in (CLASS_RECORDINGS, GENERAL, CLASS_RECORDINGS)]
    assert stamps == ["1700000000.000100", "1700000000.000101", "1700000000.000102"]
    assert all(re.fullmatch(r"\d{10}\.\d{6}", ts) for ts in stamps)


def test_an_ephemeral_message_is_seen_by_one_person() -> None:
    """Others in the channel see the rest, in order; without a viewer all is seen."""
    chat = _chat()
    for words, only_for in (("one", ""), ("for ann", ANN.user_id), ("two", "")):
        _post(chat, words, only_for=only_for)
    assert _words(chat.messages(CLASS_RECORDINGS, ANN)) == ["one", "for ann", "two"]
    assert _words(chat.messages(CLASS_RECORDINGS, BEN)) == ["one", "two"]
    assert _words(chat.messages(CLASS_RECORDINGS)) == ["one", "for ann", "two"]
    assert _words(chat.messages(GENERAL, ANN)) == []


def test_only_members_read_private_channels_and_direct_messages() -> None:
    """Anybody reads a public one."""
    chat = _chat()
    stranger = Person("U0EVE", "eve")
    for channel in (GENERAL, STAFF, ANN_AND_BOT):
        _post(chat, "x", channel)
    assert [len(chat.messages(channel, stranger)) for channel in (GENERAL, STAFF, ANN_AND_BOT)] == [1, 0, 0]
    assert [len(chat.messages(channel, BEN)) for channel in (GENERAL, STAFF, ANN_AND_BOT)] == [1, 1, 0]


def test_an_edited_message_keeps_its_place_and_a_deleted_one_is_gone() -> None:
    """The edit shows; what was deleted can't be found."""
    chat = _chat()
    first, second = _post(chat, "first"), _post(chat, "second")
    assert chat.edit(first, Content("first, edited")).edited
    chat.delete(second)
    assert _words(chat.messages(CLASS_RECORDINGS, ANN)) == ["first, edited"]
    assert chat.find(CLASS_RECORDINGS.channel_id, second.ts) is None
    assert chat.find(CLASS_RECORDINGS.channel_id, first.ts) in chat.messages(CLASS_RECORDINGS)


def test_a_mention_pings_unless_the_message_is_ephemeral() -> None:
    """An ephemeral message notifies nobody, whatever it says."""
    chat = _chat()
    assert _post(chat, "<!channel>").pings == {"channel"}
    assert _post(chat, "<!channel>", only_for=ANN.user_id).pings == frozenset()


def test_waiting_ends_with_the_news_or_with_the_limit() -> None:
    """What was looked for is given back, and nothing where it didn't come."""
    chat = _chat()
    assert chat.wait_for(lambda: chat.messages(CLASS_RECORDINGS), 0.01) == []
    poster = threading.Timer(0.02, _post, (chat, "news"))
    poster.start()
    assert _words(chat.wait_for(lambda: chat.messages(CLASS_RECORDINGS), 5)) == ["news"]
    poster.join()


def test_a_listener_hears_every_change_in_order_until_it_leaves() -> None:
    """Posted, edited, deleted: each as it then is."""
    chat = _chat()
    heard: list[tuple[str, bool, bool]] = []
    with chat.listening(lambda message: heard.append((message.content.text, message.edited, message.deleted))):
        chat.delete(chat.edit(_post(chat, "a"), Content("b")))
    _post(chat, "unheard")
    assert heard == [("a", False, False), ("b", True, False), ("b", True, True)]


def test_many_may_post_at_once() -> None:
    """No message and no ts is lost or doubled."""
    chat = _chat()
    threads = [threading.Thread(target=lambda: [_post(chat, "x") for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({message.ts for message in chat.messages(CLASS_RECORDINGS)}) == 200


def test_names_are_read_for_ids() -> None:
    """People, channels and the bot."""
    chat = _chat()
    message = _post(chat, f"<@{ANN.user_id}> <#{GENERAL.channel_id}> <@{BOT}>")
    assert chat.as_text(message) == "@ann #general @recordbot"


def test_kinds_tell_who_may_read() -> None:
    """Only a public channel is open to those who aren't in it."""
    channels = {kind: Channel("C1", "c", kind, frozenset({"U1"})) for kind in Kind}
    assert [kind for kind, channel in channels.items() if channel.open_to("U2")] == [Kind.PUBLIC]
    assert all(channel.open_to("U1") for channel in channels.values())
