"""Who may do what: one pure function over the team's rules, which the doors and the recorder call.

A door knows less than the recorder: whether a person is a guest, the user groups, and how many recordings run. What a
verdict still depends on is in `needs`, and the recorder asks again with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from shared.actors import Actor
from shared.questions import Need, Person, Place, Tally, Usage, What
from shared.refusals import Lacking, Refusal
from shared.team import Counts, InForce, Notice, Reach, Right, Rule
from shared.team_values import written_length

_FOREVER = timedelta(days=10_000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed. What it still depends on is in `needs`: then it isn't decided."""

    allowed: bool
    needs: frozenset[Need] = frozenset()
    rule: str = ""
    """The name of the rule that allows it, with its demands."""
    longest: timedelta | None = None
    """How long the recording lasts at most."""
    notice: Notice | None = None
    refusal: Refusal | None = None

    @property
    def is_refused(self) -> bool:
        """Return whether nothing that isn't known yet can allow it."""
        return not self.allowed and not self.needs


@dataclass(frozen=True, slots=True)
class _Case:
    actor: Actor
    action: Right
    where: Place
    what: What
    usage: Usage | None
    person: Person

    @property
    def is_own(self) -> bool:
        return self.what.owner == self.actor


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a rule fits a case: what is lacking, with what the rule allows, and what has to be known."""

    rule: Rule
    lacking: Mapping[Lacking, tuple[str, ...]]
    needs: frozenset[Need]

    @property
    def ease(self) -> tuple[bool, timedelta]:
        """Order rules by what they demand: the least demanding is the smallest."""
        notice = self.rule.notice
        return (notice is not None and notice.before_start, -(self.rule.longest or _FOREVER))


def may(
    actor: Actor, action: Right, where: Place, what: What, rules: InForce, usage: Usage | None, person: Person
) -> Verdict:
    """Return whether the actor may do this.

    `where` is where it is asked, `what` is the stream or the recording that it is about. `usage` is None if nobody has
    counted. STOP_ANY about what the actor started is allowed by "stop own" too. Of several rules that allow it, the
    least demanding holds.
    """
    if actor.kind == "system":
        return Verdict(allowed=True, rule="recordbot")
    case = _Case(actor, action, where, what, usage, person)
    needed_for_operators = _needs(rules.team.operators, case)
    if needed_for_operators == frozenset():
        return Verdict(allowed=True, rule="operators")
    fits = [_fit(rule, case) for rule in rules.team.all_rules if _is_about(rule, case)]
    allowing = [fit for fit in fits if not fit.lacking]
    sure = [fit for fit in allowing if not fit.needs]
    if sure:
        best = min(sure, key=lambda fit: fit.ease).rule
        return Verdict(allowed=True, rule=best.name, longest=best.longest, notice=best.notice)
    needs = frozenset[Need]().union(*(fit.needs for fit in allowing), needed_for_operators or ())
    return Verdict(allowed=False, needs=needs, refusal=_refusal(fits, rules, case))


def _is_about(rule: Rule, case: _Case) -> bool:
    if case.action is Right.STOP_ANY and case.is_own:
        return not {Right.STOP_OWN, Right.STOP_ANY}.isdisjoint(rule.may)
    return case.action in rule.may


def _needs(who: Sequence[str], case: _Case) -> frozenset[Need] | None:
    """Return what has to be known to say that the actor is among these; None if the actor isn't."""
    found = [needs for needs in (_needs_as(name, case) for name in who) if needs is not None]
    if frozenset() in found:
        return frozenset()
    return frozenset().union(*found) if found else None


def _needs_as(name: str, case: _Case) -> frozenset[Need] | None:
    """Return what has to be known to say that the actor is meant by this name; None if the actor isn't."""
    actor, person = case.actor, case.person
    if name.startswith("caller:"):
        is_meant = actor.kind == "webhook_caller" and actor.id == name.removeprefix("caller:")
    elif not actor.is_person:
        is_meant = False
    elif name in {"everyone", "guests"}:
        if person.is_guest is None:
            return frozenset({Need.MEMBERSHIP})
        is_meant = person.is_guest == (name == "guests")
    elif name.startswith("S"):
        if person.groups is None:
            return frozenset({Need.GROUPS})
        is_meant = name in person.groups
    else:
        is_meant = actor.id == name
    return frozenset() if is_meant else None


def _fit(rule: Rule, case: _Case) -> _Fit:
    lacking: dict[Lacking, tuple[str, ...]] = {}
    needs = _needs(rule.who, case)
    if needs is None:
        lacking[Lacking.PERSON] = ()
    for kind, limit in _limits(rule, case):
        lacking.setdefault(kind, limit)
    if case.usage is None and _counts_for(rule, case):
        needs = (needs or frozenset()) | {Need.USAGE}
    return _Fit(rule, lacking, needs or frozenset())


def _limits(rule: Rule, case: _Case) -> Iterator[tuple[Lacking, tuple[str, ...]]]:
    """Give what the rule lacks besides the person, with what it allows instead."""
    is_start = case.action is Right.START
    if not _is_in_channel(rule, case):
        yield Lacking.CHANNEL, rule.where or ()
    if is_start and rule.notice is not None and rule.notice.public_channel_only and not case.where.is_public:
        yield Lacking.PUBLIC_CHANNEL, ()
    room = case.what.room_id
    if rule.rooms is not None and not (room and any(fnmatchcase(room, allowed) for allowed in rule.rooms)):
        yield Lacking.ROOM, rule.rooms
    if is_start and rule.record_rules is not None and case.what.record_rule not in rule.record_rules:
        yield Lacking.RECORD_RULE, rule.record_rules
    is_timed = case.action in {Right.START, Right.EXTEND} and case.what.length is not None
    if is_timed and rule.longest is not None and (case.what.length or _FOREVER) > rule.longest:
        yield Lacking.SHORTER_LENGTH, (written_length(rule.longest),)
    if is_start and case.usage is not None:
        for kind, counts, tally in (
            (Lacking.AN_HOUR, rule.an_hour, case.usage.an_hour),
            (Lacking.AT_ONCE, rule.at_once, case.usage.at_once),
        ):
            for whose, most, there_are in _counted(counts, tally, case):
                if there_are + case.usage.more > most:
                    yield kind, (str(most), whose)


def _is_in_channel(rule: Rule, case: _Case) -> bool:
    """Return whether the rule holds for the channel: for a start the one where it is asked, else the recording's."""
    here, is_caller = case.where.channel_id, case.actor.kind == "webhook_caller"
    if case.action is Right.START or is_caller:
        # A caller's event may name no channel. Then nothing is posted there.
        is_here = rule.where is None or here in rule.where or (here is None and is_caller)
        if case.action is Right.START or not is_here:
            return is_here
    if case.what.place is None:  # recordbot doesn't know the job: this is said after the rights
        return rule.reach is Reach.ALL
    there = case.what.place.channel_id
    if rule.where is not None and there not in rule.where and not (there is None and is_caller):
        return False
    is_near = case.is_own or (there is not None and there == here)
    is_open = there is None or case.what.place.is_public
    return is_near or rule.reach is Reach.ALL or (rule.reach is Reach.PUBLIC and is_open)


def _counts_for(rule: Rule, case: _Case) -> bool:
    counts = (rule.at_once, rule.an_hour) if case.action is Right.START else ()
    return any(any(_counted(it, Tally(), case)) for it in counts)


def _counted(counts: Counts | None, tally: Tally, case: _Case) -> Iterator[tuple[str, int, int]]:
    """Give what is counted for this asker: whose, how many are allowed, and how many there are."""
    if counts is None:
        return
    is_caller = case.actor.kind == "webhook_caller"
    own = counts.caller if is_caller else counts.person
    if own is not None:
        yield "caller" if is_caller else "person", own, tally.asker
    if counts.channel is not None and case.where.channel_id is not None:
        yield "channel", counts.channel, tally.channel


def _refusal(fits: Sequence[_Fit], rules: InForce, case: _Case) -> Refusal:
    if rules.is_unreadable:
        return Refusal(right=case.action, lacking=Lacking.READABLE_RULES)
    is_caller = case.actor.kind == "webhook_caller"
    able = [name for fit in fits if set(fit.lacking) == {Lacking.PERSON} for name in fit.rule.who]
    alike = [name for name in able if name.startswith("caller:") == is_caller]
    who = tuple(dict.fromkeys((*alike, *rules.team.operators)))
    ranks = list(Lacking)
    own = [fit for fit in fits if fit.lacking and Lacking.PERSON not in fit.lacking]
    if not own:
        return Refusal(right=case.action, lacking=Lacking.PERSON, who=who)
    nearest = max(own, key=lambda fit: min(map(ranks.index, fit.lacking)))
    lacking = min(nearest.lacking, key=ranks.index)
    limit = nearest.lacking[lacking]
    return Refusal(right=case.action, lacking=lacking, rule=nearest.rule.name, limit=limit, who=who)
