"""Who may do what: each way in, with its verdict; and that taking a rule away never lets anybody do more."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.actors import CLOCK, Actor
from shared.permissions import Verdict, may
from shared.questions import Person, Place, Tally, Usage, What
from shared.refusals import Lacking
from shared.team import SHIPPED, STRICT, InForce, Right, Team, Trouble
from shared.team_document import team_of
from shared.team_values import written_length

ANN, BEN = Actor(kind="slack_user", id="U1ANN"), Actor(kind="slack_user", id="U2BEN")
CI, TIMETABLE = (Actor(kind="webhook_caller", id=name) for name in ("ci", "timetable"))
NO_GROUPS = frozenset[str]()
WHO = {
    "member": (ANN, Person(is_guest=False, groups=NO_GROUPS)),
    "guest": (ANN, Person(is_guest=True, groups=NO_GROUPS)),
    "teacher": (ANN, Person(is_guest=False, groups=frozenset({"S2TEACHERS"}))),
    "somebody": (ANN, Person()),
    "operator": (Actor(kind="slack_user", id="U9OPS"), Person()),
    "ci": (CI, Person()),
    "timetable": (TIMETABLE, Person()),
    "stranger": (Actor(kind="webhook_caller", id="U1ANN"), Person()),
    "clock": (CLOCK, Person()),
}
"""A stranger is a caller that has the id of a person."""
PLACES = {
    "C1": Place("C1", is_public=True),
    "C2": Place("C2", is_public=True),
    "P1": Place("CP1"),
    "D1": Place("D1"),
    "-": Place(None),
}
SCHOOL = team_of(
    {
        "operators": ["U9OPS", "S9OPS"],
        "rules": [
            {
                "name": "teachers record",
                "who": ["S2TEACHERS"],
                "may": ["start", "stop own", "extend", "see files"],
                "where": ["C1"],
                "rooms": ["100", "lab-*"],
                "record_rules": ["lessons"],
                "longest": "2h",
                "at_once": {"person": 2, "channel": 3},
                "an_hour": {"person": 4},
            },
            {
                "name": "teachers record short tests anywhere public",
                "who": ["S2TEACHERS"],
                "may": ["start"],
                "rooms": ["test?"],
                "longest": "10m",
                "notice": {"before_start": True, "public_channel_only": True},
            },
            {"name": "ben stops", "who": ["U2BEN", "guests"], "may": ["stop any"], "where": ["C1"]},
            {"name": "auditors", "who": ["U1ANN"], "may": ["list"], "where": ["C2"], "reach": "all"},
            {"name": "the timetable", "who": ["caller:timetable"], "may": ["start"], "at_once": {"caller": 1}},
        ],
        "callers": {"ci": {"rooms": ["100"], "channels": ["C1"]}},
    }
)
OPEN = team_of({"callers": {"ci": {}}})
TEAMS = {
    "shipped": InForce(SHIPPED),
    "nobody": InForce(team_of({"rules": [], "operators": ["U9OPS"]})),
    "school": InForce(SCHOOL),
    "open": InForce(OPEN),
    "unread": InForce(STRICT, trouble=Trouble.AWAY),
    "kept": InForce(SCHOOL, trouble=Trouble.BROKEN),
}
RIGHTS = {
    "start": Right.START,
    "stop": Right.STOP_ANY,
    "list": Right.LIST,
    "extend": Right.EXTEND,
    "files": Right.SEE_FILES,
}

# The words after the room: own, by ben, or by nobody that is known (a job that recordbot did not start); in: the
# recording's channel; for: how long; rule: the recording rule; runs and hour: what is counted of the asker, or of the
# channel. The verdict: yes, no and what is lacking, or what has to be known.
ROWS = """
command  member    start  C1  100                            shipped  yes
command  member    start  P1  100                            shipped  yes
command  member    start  D1  100                            shipped  yes
command  guest     start  C1  100                            shipped  no person
command  guest     start  P1  100                            shipped  no person
command  somebody  start  C1  100                            shipped  needs membership
command  operator  start  C1  100                            shipped  needs membership
command  member    start  C1  100 for=168h                   shipped  yes
command  member    start  C1  100 rule=any                   shipped  yes
command  member    start  C1  100 runs=40 hour=50            shipped  yes
command  member    stop   C1  100 own in=C1                  shipped  yes
command  member    stop   C2  100 own in=C1                  shipped  yes
command  member    stop   C2  100 own in=P1                  shipped  yes
command  member    stop   C1  100 by=ben in=C1               shipped  yes
command  member    stop   C2  100 by=ben in=C1               shipped  no channel
command  member    stop   C1  100 by=ben in=P1               shipped  no channel
command  member    stop   P1  100 by=ben in=P1               shipped  yes
command  guest     stop   C1  100 by=ben in=C1               shipped  yes
command  guest     stop   C2  100 by=ben in=C1               shipped  no channel
command  somebody  stop   C1  100 by=ben in=C1               shipped  needs membership
command  member    stop   C1  100 by=ci in=-                 shipped  no channel
command  member    stop   C1  100 by=ci in=C1                shipped  yes
command  member    list   C1  100 by=ben in=C1               shipped  yes
command  member    list   C2  100 by=ben in=C1               shipped  yes
command  member    list   C1  100 by=ben in=P1               shipped  no channel
command  member    list   P1  100 by=ben in=P1               shipped  yes
command  member    list   C1  100 own in=P1                  shipped  yes
command  member    list   C1  100 by=ben in=D1               shipped  no channel
command  member    list   C1  100 by=ci in=-                 shipped  yes
command  guest     list   C1  100 by=ben in=C1               shipped  yes
command  guest     list   C2  100 by=ben in=C1               shipped  no channel
command  guest     list   C1  100 by=ci in=-                 shipped  no channel
command  somebody  list   C2  100 by=ben in=C1               shipped  needs membership
command  member    extend C1  100 by=ben in=C1               shipped  yes
command  member    extend C2  100 by=ben in=C1               shipped  no channel
command  member    extend C2  100 own in=C1                  shipped  yes
command  guest     extend C1  100 by=ben in=C1               shipped  no person
command  guest     extend C1  100 own in=C1                  shipped  no person
command  member    files  C1  100 by=ben in=C1               shipped  yes
command  member    files  C2  100 by=ben in=C1               shipped  no channel
command  guest     files  C1  100 own in=C1                  shipped  no person
webhook  ci        start  C1  100                            shipped  no person
webhook  ci        start  -   100                            shipped  no person
webhook  stranger  start  C1  100                            shipped  no person
webhook  ci        stop   -   100 own in=C1                  shipped  no person
clock    clock     stop   -   100 by=ben in=P1               shipped  yes
clock    clock     start  C1  100                            nobody   yes
clock    clock     stop   -   100 by=ben in=C1               unread   yes
command  member    start  C1  100                            nobody   no person
command  member    stop   C1  100 own in=C1                  nobody   no person
command  member    list   C1  100 own in=C1                  nobody   no person
command  member    extend C1  100 own in=C1                  nobody   no person
command  member    files  C1  100 own in=C1                  nobody   no person
command  guest     start  C1  100                            nobody   no person
command  somebody  start  C1  100                            nobody   no person
command  operator  start  P1  100 for=168h runs=50           nobody   yes
command  operator  stop   C2  100 by=ben in=P1               nobody   yes
command  operator  list   C2  100 by=ben in=D1               nobody   yes
command  operator  extend C2  100 by=ben in=C1               nobody   yes
command  operator  files  C2  100 by=ben in=C1               nobody   yes
webhook  ci        start  C1  100                            nobody   no person
plan     member    start  C1  100                            nobody   no person
plan     operator  start  C1  100                            nobody   yes
command  member    start  C1  100                            unread   no readable_rules
command  operator  start  C1  100                            unread   no readable_rules
command  operator  list   C1  100 own in=C1                  unread   no readable_rules
webhook  ci        start  C1  100                            unread   no readable_rules
plan     member    start  C1  100                            unread   no readable_rules
command  teacher   start  C1  100 rule=lessons               kept     yes
command  member    start  C1  100 rule=lessons               kept     no person
command  teacher   start  C1  100 rule=lessons               school   yes
command  teacher   start  C1  lab-7 rule=lessons             school   yes
command  teacher   start  C1  lab rule=lessons               school   no room
command  teacher   start  C1  1001 rule=lessons              school   no room
command  teacher   start  C2  100 rule=lessons               school   no room
command  teacher   start  P1  100 rule=lessons               school   no public_channel
command  teacher   start  C1  100 rule=other                 school   no record_rule
command  teacher   start  C1  100                            school   no record_rule
command  teacher   start  C1  100 rule=lessons for=2h        school   yes
command  teacher   start  C1  100 rule=lessons for=121m      school   no shorter_length
command  teacher   start  C1  100 rule=lessons runs=1        school   yes
command  teacher   start  C1  100 rule=lessons runs=2        school   no at_once
command  teacher   start  C1  100 rule=lessons runs=1 more=2 school   no at_once
command  teacher   start  C1  100 rule=lessons runs=0/3      school   no at_once
command  teacher   start  C1  100 rule=lessons runs=0/2      school   yes
command  teacher   start  C1  100 rule=lessons hour=3        school   yes
command  teacher   start  C1  100 rule=lessons hour=4        school   no an_hour
command  teacher   start  C1  100 rule=lessons hour=0/50     school   yes
command  teacher   start  C1  100 rule=lessons uncounted     school   needs usage
command  teacher   start  C2  test1                          school   yes
command  teacher   start  P1  test1                          school   no public_channel
command  teacher   start  C2  test10                         school   no room
command  teacher   start  C2  test1 for=11m                  school   no shorter_length
command  teacher   start  C2  test1 uncounted                school   yes
command  member    start  C1  100 rule=lessons               school   no person
command  somebody  start  C1  100 rule=lessons               school   needs groups usage
command  guest     start  C1  100 rule=lessons               school   no person
command  teacher   stop   C1  100 own in=C1                  school   yes
command  teacher   stop   C2  100 own in=C1                  school   yes
command  teacher   stop   C1  100 own in=C2                  school   no channel
command  teacher   stop   C1  100 by=ben in=C1               school   no person
command  guest     stop   C1  100 by=ben in=C1               school   yes
command  guest     stop   C2  100 by=ben in=C2               school   no channel
command  teacher   extend C1  100 own in=C1 for=2h           school   yes
command  teacher   extend C1  100 own in=C1 for=3h           school   no shorter_length
command  member    extend C1  100 own in=C1                  school   no person
command  teacher   files  C1  100 own in=C1                  school   yes
command  member    list   C1  100 own in=C1                  school   no channel
command  member    list   C1  100 by=ben in=C2               school   yes
command  member    list   P1  100 by=ben in=C2               school   yes
plan     teacher   start  C1  100 rule=lessons runs=1        school   yes
plan     teacher   start  C1  100 rule=lessons runs=2        school   no at_once
plan     guest     start  C1  100 rule=lessons               school   no person
plan     teacher   start  C1  999 rule=lessons               school   no room
webhook  ci        start  C1  100                            school   yes
webhook  ci        start  -   100                            school   yes
webhook  ci        start  C2  100                            school   no channel
webhook  ci        start  C1  200                            school   no room
webhook  ci        stop   C1  100 by=ben in=C1               school   yes
webhook  ci        stop   -   100 own in=-                   school   yes
webhook  ci        stop   C1  200 by=ben in=C1               school   no room
webhook  ci        stop   C1  100 by=ben in=C2               school   no channel
webhook  ci        stop   C2  100 own in=C1                  school   no channel
webhook  ci        stop   -   ?                              school   no room
webhook  ci        extend C1  100 own in=C1                  school   no person
webhook  timetable start  C2  100 runs=0                     school   yes
webhook  timetable start  C2  100 runs=1                     school   no at_once
webhook  timetable start  C2  100 runs=0/9                   school   yes
webhook  timetable stop   C2  100 own in=C2                  school   no person
webhook  stranger  start  C1  100                            school   no person
webhook  ci        start  C2  200                            open     yes
webhook  ci        stop   -   ?                              open     yes
webhook  ci        stop   C2  100 by=ben in=P1               open     yes
webhook  ci        list   C2  100 by=ben in=C2               open     no person
webhook  timetable start  C1  100                            open     no person
"""
ROW = [tuple(line.split()) for line in ROWS.strip().splitlines()]


def judged(row: tuple[str, ...]) -> tuple[Verdict, str]:
    """The verdict of a row, and what is expected."""
    _, who, right, where, room, *rest = row
    team = next(word for word in rest if word in TEAMS)
    words, expected = rest[: rest.index(team)], " ".join(rest[rest.index(team) + 1 :])
    named = dict(word.partition("=")[::2] for word in words)
    owners = {"own": WHO[who][0], "ben": BEN, "ci": CI}
    owner = owners["own"] if "own" in named else owners.get(named.get("by", ""))
    hours = named.get("for")
    length = (
        None if hours is None else next(it for it in LENGTHS if hours in {written_length(it), f"{it.seconds // 60}m"})
    )
    what = What(
        room_id=None if room == "?" else room,
        record_rule=named.get("rule"),
        length=length,
        owner=owner,
        place=PLACES[named["in"]] if "in" in named else None,
    )
    runs, hour = (_tally(named.get(name, "0")) for name in ("runs", "hour"))
    usage = None if "uncounted" in named else Usage(runs, hour, more=int(named.get("more", "1")))
    if who == "somebody":
        usage = None
    actor, person = WHO[who]
    return may(actor, RIGHTS[right], PLACES[where], what, TEAMS[team], usage, person), expected


LENGTHS = [timedelta(minutes=minutes) for minutes in (11, 120, 121, 180, 168 * 60)]


def _tally(text: str) -> Tally:
    asker, _, channel = text.partition("/")
    return Tally(int(asker), int(channel or asker))


def test_each_way_in_has_its_verdict() -> None:
    """The table above, from the way in to the verdict."""
    found = {" ".join(row): judged(row) for row in ROW}
    assert {row: said(verdict) for row, (verdict, _) in found.items()} == {row: it for row, (_, it) in found.items()}
    assert not [row for row, (verdict, it) in found.items() if verdict.is_refused is not it.startswith("no ")]


def said(verdict: Verdict) -> str:
    """The verdict as the table has it."""
    if verdict.allowed:
        return "yes"
    if verdict.needs:
        return " ".join(["needs", *sorted(verdict.needs)])
    return f"no {verdict.refusal.lacking if verdict.refusal else '?'}"


def test_the_table_has_every_way_in_and_every_right() -> None:
    """At least a hundred rows, and each way, each right and each thing that can be lacking."""
    assert len(ROW) >= 100
    assert len(set(ROW)) == len(ROW)
    assert {row[0] for row in ROW} == {"command", "webhook", "plan", "clock"}
    assert {row[2] for row in ROW} == set(RIGHTS)
    lacking = {verdict.refusal.lacking for verdict, _ in map(judged, ROW) if verdict.refusal}
    assert lacking == set(Lacking) - {Lacking.NOTICE}


def test_a_refusal_names_who_can() -> None:
    """Those whom a rule lets do it, and the operators; and the limit of the rule that comes nearest."""
    (refused, _) = judged(("command", "member", "start", "C1", "100", "rule=lessons", "school", "no"))
    assert refused.refusal is not None
    assert refused.refusal.who == ("S2TEACHERS", "U9OPS", "S9OPS")
    (limited, _) = judged(("command", "teacher", "start", "C1", "100", "rule=lessons", "runs=2", "school", "no"))
    assert limited.refusal is not None
    assert (limited.refusal.rule, limited.refusal.limit) == ("teachers record", ("2", "person"))


def test_of_several_rules_the_least_demanding_holds() -> None:
    """A rule without a notice holds before one with it, and a longer time before a shorter one."""
    rules: list[dict[str, object]] = [
        {"name": "short", "longest": "1h"},
        {"name": "long", "longest": "3h"},
        {"name": "longest, with a notice", "notice": {"before_start": True}},
    ]
    team = team_of({"rules": [{**rule, "who": ["everyone"], "may": ["start"]} for rule in rules]})
    actor, person = WHO["member"]
    verdict = may(actor, Right.START, PLACES["C1"], What("100"), InForce(team), Usage(), person)
    assert (verdict.rule, verdict.longest, verdict.notice) == ("long", timedelta(hours=3), None)


names = st.sampled_from(["everyone", "guests", "U1ANN", "U2BEN", "S2TEACHERS", "caller:ci", "caller:timetable"])
channels = st.sampled_from(["C1", "C2", "CP1", "D1"])
counts = st.fixed_dictionaries({}, optional={"person": st.integers(1, 3), "channel": st.integers(1, 3)}).filter(bool)
rule_parts = st.fixed_dictionaries(
    {
        "who": st.lists(names, min_size=1, max_size=2),
        "may": st.lists(st.sampled_from([*Right]), min_size=1, max_size=3),
    },
    optional={
        "where": st.lists(channels, max_size=2),
        "reach": st.sampled_from(["here", "public", "all"]),
        "rooms": st.lists(st.sampled_from(["100", "1*", "lab-?"]), max_size=2),
        "record_rules": st.lists(st.sampled_from(["lessons", "other"]), max_size=1),
        "longest": st.sampled_from(["10m", "2h", "168h"]),
        "at_once": counts,
        "an_hour": counts,
        "notice": st.sampled_from([{"before_start": True}, {"public_channel_only": True}]),
    },
)
documents = st.builds(
    lambda rules, operators, callers: team_of(
        {
            "rules": [{"name": str(n)} | rule for n, rule in enumerate(rules)],
            "operators": operators,
            "callers": callers,
        }
    ),
    st.lists(rule_parts, min_size=1, max_size=4),
    st.lists(names.filter(lambda it: it not in {"everyone", "guests"}), max_size=1),
    st.dictionaries(st.sampled_from(["ci", "timetable"]), st.just({}), max_size=2),
)
tallies = st.builds(Tally, st.integers(0, 3), st.integers(0, 3))
cases = st.tuples(
    st.sampled_from([ANN, BEN, CI, TIMETABLE]),
    st.sampled_from([*Right]),
    st.sampled_from([*PLACES.values()]),
    st.builds(
        What,
        st.sampled_from([None, "100", "lab-1", "200"]),
        st.sampled_from([None, "lessons"]),
        st.sampled_from([None, *LENGTHS]),
        st.sampled_from([None, ANN, BEN, CI]),
        st.sampled_from([None, *PLACES.values()]),
    ),
    st.none() | st.builds(Usage, tallies, tallies, st.integers(1, 2)),
    st.builds(
        Person, st.sampled_from([None, True, False]), st.sampled_from([None, NO_GROUPS, frozenset({"S2TEACHERS"})])
    ),
)


def verdict_of(team: Team, case: tuple[Actor, Right, Place, What, Usage | None, Person]) -> Verdict:
    """The verdict of a team about a case."""
    actor, right, place, what, usage, person = case
    return may(actor, right, place, what, InForce(team), usage, person)


def without(team: Team, place: int) -> list[Team]:
    """The team without that rule, and without each of its callers and operators."""
    rules = tuple(rule for n, rule in enumerate(team.rules) if n != place % len(team.rules))
    fewer = [team.model_copy(update={"rules": rules}), team.model_copy(update={"operators": ()})]
    for name in team.callers:
        rest = {other: caller for other, caller in team.callers.items() if other != name}
        fewer.append(team.model_copy(update={"callers": rest}))
    return fewer


@given(documents, st.integers(0, 3), cases)
def test_taking_a_rule_away_never_grants(
    team: Team, place: int, case: tuple[Actor, Right, Place, What, Usage | None, Person]
) -> None:
    """What was refused stays refused, and what is still allowed is demanded no less."""
    before = verdict_of(team, case)
    for fewer in without(team, place):
        after = verdict_of(fewer, case)
        assert before.allowed or not after.allowed
        assert before.needs or before.allowed or not after.needs
        if after.allowed and before.rule != after.rule:
            was_free = before.notice is None or not before.notice.before_start
            is_free = after.notice is None or not after.notice.before_start
            assert was_free or not is_free


@given(documents, cases)
def test_nothing_is_allowed_by_what_is_not_known(
    team: Team, case: tuple[Actor, Right, Place, What, Usage | None, Person]
) -> None:
    """What is allowed without knowing is allowed whatever turns out; what is refused then stays refused."""
    actor, right, place, what, usage, person = case
    before = verdict_of(team, (actor, right, place, what, None, Person()))
    after = verdict_of(team, (actor, right, place, what, usage or Usage(), person))
    assert not before.allowed or after.allowed
    assert not before.is_refused or not after.allowed


@given(rule_parts, cases)
def test_without_a_right_that_a_rule_names_nobody_has_it(
    parts: dict[str, object], case: tuple[Actor, Right, Place, What, Usage | None, Person]
) -> None:
    """One rule allows only the rights in its `may`."""
    team = team_of({"rules": [{"name": "one"} | parts]})
    rights: tuple[Right, ...] = team.rules[0].may
    own = {Right.STOP_OWN} if case[1] is Right.STOP_ANY else set()
    assert not verdict_of(team, case).allowed or {case[1], *own} & {*rights}
