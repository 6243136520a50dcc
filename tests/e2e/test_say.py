"""python -m local say, as a newcomer runs it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.errors import LocalError
from local.say import say
from local.slack.chat import ANN
from local.slack.faults import RESPONSE_URL_ENDED
from local.words import main
from shared.command_line import CommandLine
from tests.e2e.conftest import Deployment
from tests.paths import ROOT
from tests.processes import PATIENCE_S, children_of, is_gone, within

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("RTC_", "AWS_"))}
COMMAND = [sys.executable, "-m", "local", "say", "/record room 100 user001 hd"]


@pytest.fixture
def talk() -> Iterator[subprocess.Popen[str]]:
    """A run whose first answer has been read, so that all of it is up; it is ended whatever comes."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, cwd=ROOT, env=ENVIRONMENT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        while "Asking RTC" not in process.stdout.readline():
            assert process.poll() is None
        yield process
        process.kill()


@pytest.mark.sources
def test_a_recording_is_started_and_read_and_the_exit_status_says_so() -> None:
    """The main job in one command: accepted, starting, recording, as README.md shows it; status 0."""
    done = subprocess.run(
        COMMAND, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    (shown,) = re.findall(r"```\n(ann: .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    varies = re.compile(r"(?<=order )\w+|\d\d:\d\d(?= UTC)")
    assert varies.sub("?", done.stdout.strip()) == varies.sub("?", shown.strip())
    assert done.stderr == ""


def test_an_error_is_read_and_is_a_failure(bot: Deployment) -> None:
    """Nothing was started."""
    read: list[str] = []
    assert not say(bot.system, ["/record 100 user001 hdd"], read.append)
    assert "✋ Nothing started" in read[-1]


def test_a_question_that_got_its_answer_is_well(bot: Deployment) -> None:
    """Help and a dry run."""
    read: list[str] = []
    assert say(bot.system, ["/record help", f"/record {bot.room} user001 dry-run"], read.append)
    assert any("nothing was sent" in text for text in read)


def test_a_dead_door_answers_no_question(bot: Deployment) -> None:
    """That Slack says the command failed is no help, and no dry run."""
    read: list[str] = []
    door, bot.slack.request_url = bot.slack.request_url, "http://127.0.0.1:9/slack"
    try:
        assert not say(bot.system, ["/record help", f"/record {bot.room} user001 dry-run"], read.append)
    finally:
        bot.slack.request_url = door
    assert sum("dispatch_failed" in text for text in read) == 2


def test_a_dry_run_is_answered_by_more_than_its_acknowledgement(bot: Deployment) -> None:
    """Accepted but never answered is not well; answered is."""
    read: list[str] = []
    bot.slack.misbehave(RESPONSE_URL_ENDED, times=None)
    assert not say(bot.system, [f"{bot.room} user001 dry-run"], read.append)
    assert any("without sending anything" in text for text in read)
    bot.slack.behave()
    assert say(bot.system, [f"{bot.room} user001 dry-run"], read.append)


@pytest.mark.parametrize(
    ("text", "typed"),
    [("/recording 100", "/record /recording 100"), ("/record\n help ", "/record help"), ("/record", "/record")],
)
def test_only_the_whole_name_is_passed_over(bot: Deployment, text: str, typed: str) -> None:
    """What is shown as typed is what was typed."""
    read: list[str] = []
    say(bot.system, [text], read.append)
    assert read[0] == f"ann: {typed}"
    assert len(read) == 2, "one answer"


def test_a_form_is_shown_as_text(bot: Deployment) -> None:
    """With its fields; it is closed again, since nobody can fill it in here."""
    read: list[str] = []
    assert say(bot.system, ["/record"], read.append)
    assert "Start a recording" in read[1]
    assert "Room" in read[1]
    assert bot.slack.modal.seen(ANN) is None


@pytest.mark.sources
def test_without_keys_the_real_api_is_one_line_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named, and nothing is started."""
    for name in os.environ.keys() - ENVIRONMENT.keys():
        monkeypatch.delenv(name)
    line = r"^--rtc real needs these environment variables: RTC_APP_ID, RTC_PROJECT_ID, [A-Z_, ]+\Z"
    with pytest.raises(LocalError, match=line):
        main(CommandLine(), ["say", "--rtc", "real", "/record 100 user001"])


@pytest.mark.sources
@pytest.mark.drill
def test_a_reader_that_leaves_ends_it(talk: subprocess.Popen[str]) -> None:
    """As `| head -3` does: at once, quietly, with its functions and stand-ins.

    tests/unit/shared/test_command_line.py has the other ways in which a command ends, and test_local_stack_ends.py a
    system that is killed.
    """
    children = children_of(talk.pid)
    assert children
    assert talk.stdout is not None
    assert talk.stderr is not None
    talk.stdout.close()
    assert talk.wait(PATIENCE_S) == 141
    assert within(PATIENCE_S, lambda: all(map(is_gone, children)))
    assert talk.stderr.read() == ""
