"""What the team's rules do at Slack's door: nothing is shown or placed that they don't allow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands import SUBCOMMANDS
from bot.commands.rights import NotAllowed, Rights
from bot.commands.subcommand import Asked, Placing, Subcommand
from bot.messages.blocks import Reply
from bot.messages.refusals import refused
from shared.orders import Check
from shared.questions import NOT_SAID, Need, Person, Place, What
from shared.recordings import Recording, RecordingState
from shared.refusals import Lacking, Refusal
from shared.team import STRICT, InForce, Right, Trouble
from shared.team_document import team_of
from tests.asked import asked, run
from tests.block_kit import assert_slack_takes, read
from tests.builders import ANN, BEN, NOW
from tests.known_recordings import a_known

NOBODY = InForce(team_of({"rules": []}))
UNREAD = InForce(STRICT, trouble=Trouble.AWAY)
MINE = a_known("1")
BENS = a_known("2", user_id="user002", actor=BEN, channel_id="C2")
SECRET = a_known("3", user_id="user003", actor=BEN, channel_id="CP1", is_public=False)
KNOWN = (
    MINE,
    BENS,
    SECRET,
    a_known("4", user_id="user004", state=RecordingState.PLANNED, since=NOW + timedelta(hours=1)),
    a_known(None, user_id="user005", state=RecordingState.UNKNOWN),
    a_known("6", user_id="user006", state=RecordingState.ENDED),
)
TYPED = {"stop": ("stop all mine yes", "stop 100 user001"), "list": ("list all",), "at": ("at 100 user004 15:00",)}
ASKS_NOTHING = {"help"}


def typed(subcommand: Subcommand) -> Sequence[str]:
    """The sub-command as somebody could type it: its example, and more."""
    return (subcommand.words.example, *TYPED.get(subcommand.words.name, ()))


def outcome(text: str, where: Asked) -> Reply | Refusal:
    """What is said, or refused: as the app does it."""
    try:
        done = run(text, where)
        if isinstance(done, Placing):
            where.rights.require(done.action, done.about, where.now)
    except NotAllowed as not_allowed:
        return not_allowed.refusal
    assert isinstance(done, Reply), f"{text} is placed"
    return done


@pytest.mark.parametrize("team", [NOBODY, UNREAD], ids=["nobody may", "not readable"])
def test_no_subcommand_skips_the_question(team: InForce) -> None:
    """Each in the list: where nobody may do anything, it places nothing, and answers as if there were no recording."""
    for text in (text for subcommand in SUBCOMMANDS for text in typed(subcommand)):
        done = outcome(text, asked(known=KNOWN, team=team))
        assert done == outcome(text, asked(team=team)), text
        assert_slack_takes(refused(done) if isinstance(done, Refusal) else done)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS, ids=lambda it: it.words.name)
def test_while_the_rules_can_not_be_read_it_is_said(subcommand: Subcommand) -> None:
    """Nobody reads that there is nothing, where it isn't known."""
    done = outcome(typed(subcommand)[0], asked(known=KNOWN, team=UNREAD))
    if subcommand.words.name not in ASKS_NOTHING:
        assert isinstance(done, Refusal)
        assert done.lacking is Lacking.READABLE_RULES


def test_what_runs_in_a_private_channel_is_not_seen_from_outside() -> None:
    """What runs in a public one is; each sees their own from anywhere."""
    for person, place, seen in (
        (ANN, "C9", {MINE, BENS}),
        (ANN, "CP1", {MINE, BENS, SECRET}),
        (BEN, "C9", {MINE, BENS, SECRET}),
    ):
        where = asked(actor=person, channel_id=place, known=(MINE, BENS, SECRET))
        assert set(where.recordings().live()) == seen
    outside = asked(known=(SECRET,))
    assert outside.recordings().of_job("3") is None
    assert read(run_reply("stop 3", outside)).startswith("Nothing to stop")


def run_reply(text: str, where: Asked) -> Reply:
    """What is said at once."""
    done = run(text, where)
    assert isinstance(done, Reply)
    return done


def test_a_guest_is_looked_up_only_where_it_matters() -> None:
    """In the channel itself guests and others see the same, so Slack isn't asked; elsewhere they don't."""
    needed: list[frozenset[Need]] = []

    def look_up(needs: frozenset[Need]) -> Person:
        needed.append(needs)
        return replace(NOT_SAID, is_guest=True)

    def seen(*known: Recording) -> Sequence[Recording]:
        where = asked(known=known)
        rights = Rights(ANN, Place("C1", is_public=True), where.rights.team, look_up)
        return replace(where, rights=rights).recordings().live()

    assert seen(a_known("9", actor=BEN, channel_id="C2")) == []
    assert needed == [frozenset({Need.MEMBERSHIP})]


def test_what_takes_a_look_up_is_left_to_the_recorder() -> None:
    """The door refuses only what nothing that isn't known yet can allow."""
    team = InForce(team_of({"rules": [{"name": "labs", "who": ["S1LABS"], "may": ["start"], "longest": "1h"}]}))
    rights = asked(team=team).rights
    assert rights.refusal(Right.START, What("100")) is None
    too_long = rights.refusal(Right.START, What("100", length=timedelta(hours=2)))
    assert too_long is not None
    assert too_long.lacking is Lacking.SHORTER_LENGTH


def test_a_door_places_nothing_that_is_recordbots_own() -> None:
    """A check or a settle takes no right, so no person may ask for it."""
    with pytest.raises(ValueError, match="only recordbot itself"):
        asked().rights.require(Check(), (), NOW)


@pytest.mark.parametrize("lacking", Lacking)
def test_each_refusal_is_one_line_that_slack_takes(lacking: Lacking) -> None:
    """Whatever is lacking, and with everybody who can."""
    refusal = Refusal(
        right=Right.START,
        lacking=lacking,
        rule="teachers",
        limit=("2", "person"),
        who=("everyone", "guests", "U1ANN", "S1LABS", "caller:ci", "U2BEN", "U3EVE"),
    )
    said = refused(refusal)
    assert_slack_takes(said)
    assert "\n" not in read(said)
    assert_slack_takes(refused(refusal.model_copy(update={"who": (), "limit": ("1", "channel")})))
