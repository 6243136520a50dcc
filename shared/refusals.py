"""Why somebody may not do something, and who may: as it is shown, logged and stored."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

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


class Refusal(BaseModel):
    """A refusal. `limit` is what the rule that comes nearest allows; `who` are those who may."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    right: Right
    lacking: Lacking
    rule: str = ""
    limit: tuple[str, ...] = ()
    who: tuple[Who, ...] = ()
