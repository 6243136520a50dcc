"""Why somebody may not do something, and who may: as it is shown, logged and stored."""

from enum import StrEnum

from shared.stored import Stored
from shared.team import Right
from shared.team_values import Who


class Lacking(StrEnum):
    """What is missing for a rule to allow it. The later in this list, the nearer it was to being allowed."""

    READABLE_RULES = "readable_rules"
    """The configuration can't be read, so nobody may do anything."""
    PERSON = "person"
    """No rule for this is about this person or caller."""
    CHANNEL = "channel"
    """Nothing of that kind is allowed in this channel, or about what runs in that one."""
    PUBLIC_CHANNEL = "public_channel"
    ROOM = "room"
    RECORD_RULE = "record_rule"
    SHORTER_LENGTH = "shorter_length"
    AN_HOUR = "an_hour"
    """As many recordings as the rule allows were started within an hour."""
    AT_ONCE = "at_once"
    """As many recordings as the rule allows run now."""
    NOTICE = "notice"
    """The notice that must stand before the start could not be posted."""


class Refusal(Stored):
    """A refusal. `limit` is what the rule that comes nearest allows; `who` are those who may."""

    right: Right
    lacking: Lacking
    rule: str = ""
    limit: tuple[str, ...] = ()
    who: tuple[Who, ...] = ()

    @property
    def sentence(self) -> str:
        """Say what is not allowed, and what is instead, without those who may."""
        deed, allowed = _DEEDS[self.right], ", ".join(self.limit)
        if self.lacking in _WHOLE:
            return _WHOLE[self.lacking]
        if self.lacking is Lacking.PERSON:
            return f"You may not {deed}." + ("" if self.who else " No rule allows this: ask an operator.")
        if self.lacking in {Lacking.AN_HOUR, Lacking.AT_ONCE}:
            many, whose = self.limit
            when = "in an hour" if self.lacking is Lacking.AN_HOUR else "at once"
            why = f"a {whose} may have {many} {when}, and the limit is reached"
        elif self.lacking is Lacking.CHANNEL and not self.limit:
            why = "it runs in another channel; the people there can, or an operator"
        else:
            why = _INSTEAD[self.lacking].format(allowed or "none")
        return f"You may not {deed}: {why} (rule {self.rule})."

    @property
    def text(self) -> str:
        """Say it as text, in which those who may are ids: nobody is notified by it."""
        return f"{self.sentence} Who can: {', '.join(self.who)}." if self.names_who else self.sentence

    @property
    def names_who(self) -> bool:
        """Return whether it is worth saying who may: where nothing else would let the asker."""
        return self.lacking is Lacking.PERSON and bool(self.who)


_DEEDS = {
    Right.START: "start this recording",
    Right.STOP_OWN: "stop this recording",
    Right.STOP_ANY: "stop this recording",
    Right.LIST: "see this recording",
    Right.EXTEND: "change when this recording begins or ends",
    Right.SEE_FILES: "see the files of this recording",
}
_WHOLE = {
    Lacking.READABLE_RULES: "The team's rules can't be read, so nobody may do anything. "
    "Try again in a minute, or ask an operator.",
    Lacking.NOTICE: "Nothing was started: people must be notified first, and the message can't be posted here.",
}
_INSTEAD = {
    Lacking.CHANNEL: "you can in {}",
    Lacking.PUBLIC_CHANNEL: "you can in a public channel",
    Lacking.ROOM: "you can in these rooms: {}",
    Lacking.RECORD_RULE: "you can with these recording rules: {}",
    Lacking.SHORTER_LENGTH: "you can for {} at most",
}
