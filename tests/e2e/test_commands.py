"""What people type and what they read, through HTTP, queue, table and processes."""

import pytest

from local.rtc.faults import Fault
from local.slack.chat import ANN, BEN, CLASS_RECORDINGS, GENERAL, STAFF
from shared.attempts import Started
from tests.e2e.conftest import Deployment, eventually


def test_the_command_starts_a_recording_and_tells_the_channel(bot: Deployment) -> None:
    """Asker: accepted. Channel: starting, with job and stream; recording, once RTC says RUNNING. One job."""
    bot.type("room ROOM user001 hd")
    assert "ends when the room is idle for 5 min" in bot.read("⏳ Asking RTC to record user001")
    started = bot.read("🔴 Recording user001", person=BEN)
    (job,) = bot.jobs()
    assert f"job {job.job_id} · s_{job.job_id}_{bot.room}_user001" in started
    (attempt,) = bot.attempts()
    assert isinstance(attempt.outcome, Started)
    assert attempt.outcome.job.job_id == job.job_id
    assert job.parameters.select_stream_type == "HD"
    assert job.parameters.max_idle_time == 300
    assert len(bot.seen(BEN)) == 1, "one message, kept up to date"
    assert len(bot.seen(ANN)) == 2


def test_the_short_form_and_what_a_phone_makes_of_it_are_understood(bot: Deployment) -> None:
    """Full-width characters, a curly quote and a trailing full stop are undone."""
    bot.type("ROOM “user001” ＨＤ.")
    bot.read("job ")
    assert [job.parameters.user_id for job in bot.jobs()] == ["user001"]


def test_options_by_name_and_users_on_lines_of_their_own_are_understood(bot: Deployment) -> None:
    """`start`, `room=` alone, `--idle 10m` and `idle 10m`, a list of lines: all say what they seem to."""
    bot.type("start room=ROOM user001 --idle 10m")
    bot.type("ROOM\nuser002\nuser003\nidle 10m")
    eventually(lambda: len(bot.jobs()) == 3)
    asked = {job.parameters.user_id: job.parameters.max_idle_time for job in bot.jobs()}
    assert asked == {"user001": 600, "user002": 600, "user003": 600}


def test_rtc_gets_what_was_typed_and_not_slacks_markup(bot: Deployment) -> None:
    """`&` travels escaped and an address as a link; neither leaves a trace."""
    url = "rtmp://live.example/app/k3y?a=1&b=2"
    bot.type(f"ROOM user001 push={url}")
    bot.type("ROOM user002 push=<rtmp://live.example/app/k3y?a=1&amp;b=2>", markup=True)
    eventually(lambda: len(bot.jobs()) == 2)
    assert [job.parameters.publish_param for job in bot.jobs()] == [{"rtmp_urls": [url]}] * 2


def test_a_mention_is_an_error_that_names_who_was_mentioned(bot: Deployment) -> None:
    """Slack people aren't RTC users, whether Slack made a mention of what was typed or not."""
    for name, typed in (("ann", "<@U0ANN|ann>"), ("ben", "@ben")):
        bot.type(f"room ROOM {typed}", markup=True)
        shown = [bot.slack.chat.as_text(message) for message in bot.slack.chat.messages(CLASS_RECORDINGS, ANN)]
        assert any(f"‹@{name}› → Slack people aren't RTC users" in text for text in shown)
    assert bot.starts() == 0


def test_every_option_reaches_rtc(bot: Deployment) -> None:
    """All parameters of the API can be typed, and arrive as typed."""
    bot.type("room=ROOM user=user001 sd screen no-audio idle=10m rule=5f5e172b push=rtmp://live.example/app/k3y")
    bot.read("job ")
    (job,) = bot.jobs()
    asked = job.parameters
    assert (asked.video_type, asked.is_record_audio, asked.select_stream_type) == ("SCREENSTREAM", False, "SD")
    assert (asked.max_idle_time, asked.record_param) == (600, {"record_rule_id": "5f5e172b"})
    assert asked.publish_param == {"rtmp_urls": ["rtmp://live.example/app/k3y"]}
    assert all("k3y" not in line for line in bot.logs)


def test_an_error_is_answered_at_once_to_the_asker_only(bot: Deployment) -> None:
    """Every problem with its way out, and the command to copy; nothing reaches queue, ledger or RTC."""
    bot.type("room ROOM user001 hdd idle=2s")
    slip = bot.read("✋ Nothing started. 2 things to fix")
    assert "‹hdd› → hd (or a person? user=hdd)" in slip
    assert f"/record room {bot.room} user001 hd idle=5s" in slip
    assert bot.seen(BEN) == []
    assert (bot.starts(), bot.attempts()) == (0, [])


def test_help_is_answered_at_once(bot: Deployment) -> None:
    """Help costs no order, and says that commands don't work in threads."""
    channel = bot.new_channel()
    delivery = bot.type("help", channel=channel)
    assert delivery.error == ""
    last = bot.slack.chat.messages(channel, ANN)[-1]
    assert "thread" in bot.slack.chat.as_text(last)


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(bot: Deployment) -> None:
    """The exact JSON and the canonical request, secrets masked, to the asker only."""
    bot.type("ROOM user001 dry-run")
    shown = bot.read("nothing was sent", '"room_id"')
    assert "content-type;host;x-project-id;x-sdk-date" in shown
    assert bot.rtc.credentials.secret_key not in shown
    assert (bot.starts(), bot.attempts(), bot.seen(BEN)) == (0, [], [])


def test_the_same_stream_again_is_a_duplicate_that_only_the_asker_reads(bot: Deployment) -> None:
    """Ben asks for what ann's order records: he reads the job, and nothing new is started."""
    bot.type("ROOM user001")
    bot.read("🔴 Recording")
    bot.type("ROOM user001", person=BEN)
    text = bot.read("♻️ Already recording user001", person=BEN)
    assert "by @ann" in text
    assert len(bot.jobs()) == 1
    assert bot.kinds() == ["started", "duplicate"]
    assert all("♻️" not in bot.slack.chat.as_text(message) for message in bot.seen(ANN))


def test_a_stream_that_somebody_else_records_is_a_duplicate_without_a_job(bot: Deployment) -> None:
    """RTC knows of a job that the ledger doesn't: asked once, told once, nothing new started."""
    bot.rtc.misbehave(Fault(status=400, error_code="RTC.00001006"), operation="start")
    bot.type("ROOM user001")
    assert "recordbot doesn't know the job" in bot.read("♻️ Already being recorded: user001")
    assert (bot.starts(), bot.jobs(), bot.kinds()) == (1, [], ["not_started"])


def test_several_users_of_which_one_is_refused_share_one_message(bot: Deployment) -> None:
    """A line per user; two jobs, three attempts."""
    bot.rtc.misbehave(Fault(status=400, error_code="RTC.00001007"), operation="start")
    bot.type("ROOM a,b;c")
    text = bot.read("2 of 3 started")
    assert [mark for mark in "⛔✅" if mark in text] == ["⛔", "✅"]
    assert [job.parameters.user_id for job in bot.jobs()] == ["b", "c"]
    assert [attempt.request.user_id for attempt in bot.attempts()] == ["a", "b", "c"]
    assert bot.kinds() == ["not_started", "started", "started"]


def test_a_room_named_payload_is_recorded(bot: Deployment) -> None:
    """The word that loses commands in Bolt's own parsing does no harm."""
    bot.type("room payload user001")
    eventually(lambda: [job for job in bot.rtc.jobs() if job.parameters.room_id == "payload"])


def test_where_the_bot_is_no_member_the_response_url_answers(bot: Deployment) -> None:
    """In a public channel without the bot, and in a private one, the channel reads the answer all the same."""
    for channel in (GENERAL, STAFF):
        bot.type(f"ROOM user-{channel.channel_id}", channel=channel)
        bot.read("🔴 Recording", person=BEN, channel=channel)


def test_a_forged_request_is_refused_and_puts_nothing_on_the_queue(bot: Deployment) -> None:
    """A request that was not signed with the secret is a 401."""
    secret = bot.slack.signing_secret
    bot.slack.signing_secret = "forged"
    try:
        delivery = bot.type("ROOM user001")
    finally:
        bot.slack.signing_secret = secret
    assert delivery.answer is not None
    assert delivery.answer.status == 401
    assert (bot.starts(), bot.attempts()) == (0, [])


def test_no_secret_is_ever_logged(bot: Deployment) -> None:
    """At DEBUG level, in all lines of both functions: no key, token, signature or response_url."""
    bot.type("ROOM user001 push=rtmp://live.example/app/k3y-of-the-stream")
    bot.read("🔴 Recording")
    bot.type("ROOM user001 hdd")
    secrets = (bot.slack.signing_secret, bot.slack.bot_token, bot.rtc.credentials.secret_key, "k3y-of-the-stream")
    lines = "\n".join(bot.logs)
    assert '"order_id"' in lines
    assert '"request_id"' in lines
    assert not [secret for secret in secrets if secret in lines]
    assert bot.slack.response_url_prefix + "commands" not in lines
    assert "Signature=" not in lines


def test_a_recording_is_stopped_by_word(bot: Deployment) -> None:
    """The asker reads that RTC is asked, the channel that it is done; the stream can be recorded again."""
    bot.type("room ROOM user001 hd")
    bot.read("🔴 Recording user001")
    bot.type("stop ROOM user001")
    assert "order" in bot.read("⏳ Asking RTC to stop user001")
    assert "by @ann" in bot.read("⏹️ Stopped user001")
    assert [job.state for job in bot.jobs()] == ["STOPPED"]
    bot.type("room ROOM user001")
    eventually(lambda: len(bot.jobs()) == 2)


@pytest.mark.drill
def test_a_recording_is_looked_at_extended_ended_and_started_again_by_word(bot: Deployment) -> None:
    """Each command finds it by its room; its message shows what has become of it."""
    bot.type("room ROOM user001 hd")
    bot.read("🔴 Recording user001")
    (job,) = bot.jobs()
    bot.type("status room=ROOM")
    assert job.job_id in bot.read("🔴 user001 · room ROOM".replace("ROOM", bot.room))
    bot.type("extend room=ROOM 1h")
    assert "ends at" in bot.read("⏰ user001 in room")
    bot.type("stop room=ROOM", BEN)
    assert f"/record stop room={bot.room} yes" in bot.read("Nothing stopped yet", person=BEN)
    assert job.state != "STOPPED"
    bot.type("stop room=ROOM yes", BEN)
    assert "stopped by @ben" in bot.read("⏹️ Recorded user001", person=BEN)
    bot.type(f"status {job.job_id}")
    assert "stopped by @ben" in bot.read("⏹️ user001 · room", "over after")
    bot.type("again room=ROOM")
    eventually(lambda: len(bot.jobs()) == 2)


def test_a_job_that_is_not_ours_is_not_stopped(bot: Deployment) -> None:
    """RTC isn't asked for it, and the answer says where to look."""
    job = f"job-of-{bot.room}"
    bot.type(f"stop {job}")
    assert "/record list all" in bot.read("Nothing to stop", job)
    assert not [call for call in bot.rtc.calls() if job in call.request.path]
