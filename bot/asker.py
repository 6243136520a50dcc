"""Who asks, and where the answer goes: as a slash command says it, or what a person does without typing."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

type SlackText = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2000}$")]
"""Plain characters: SQS takes no message with some of the others, and Slack's ids and addresses have none."""
type TriggerId = Annotated[str, StringConstraints(max_length=200)]
"""Opens one view within three seconds. Empty for none."""

_NOT_PUBLIC = frozenset({"privategroup", "directmessage"})
"""What Slack says instead of the name of a channel that isn't public."""


class Said(BaseModel):
    """A part of what Slack says. What isn't needed of it is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Somebody(Said):
    """Who asks, perhaps in no channel."""

    user_id: SlackText
    is_foreign: bool = False
    """Whether the person belongs to another organisation, which shares the channel."""


class Asker(Somebody):
    """Who asks in a channel, and where the answer goes."""

    channel_id: SlackText
    response_url: Annotated[SlackText, Field(repr=False)]
    channel_name: str = ""

    @property
    def is_public(self) -> bool:
        """Return whether the channel is public. Of others Slack doesn't say the name, but what they are."""
        is_other = self.channel_name in _NOT_PUBLIC or self.channel_name.startswith("mpdm-")
        return self.channel_id.startswith("C") and bool(self.channel_name) and not is_other


class TypedCommand(Asker):
    """A slash command."""

    text: str = ""
    """What follows the command's name."""
    trigger_id: TriggerId = ""


class WithId(Said):
    """Something with an id."""

    id: SlackText


class _User(WithId):
    team_id: str | None = None


class _Team(WithId):
    enterprise_id: str | None = None


class FromPerson(Said):
    """What a person does beside typing. People of another organisation, with which a channel is shared, can click too.

    Slack says a person's workspace or, of people in an organisation, the organisation. Which workspaces an organisation
    has is nowhere in a payload, so in an organisation's own app a person's workspace proves nothing.
    https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
    """

    user: _User
    team: _Team | None = None
    """The app's workspace; None if the app is installed for a whole organisation."""
    enterprise: WithId | None = None
    """The app's organisation."""

    @property
    def is_foreign(self) -> bool:
        """Return whether the person is not known to be of the app's workspace or organisation."""
        return self.user.team_id is None or self.user.team_id not in self.ours

    def asker_in(self, channel_id: str, channel_name: str, response_url: str) -> Asker:
        """Return the person in a channel."""
        return Asker(
            user_id=self.user.id,
            channel_id=channel_id,
            response_url=response_url,
            channel_name=channel_name,
            is_foreign=self.is_foreign,
        )

    @property
    def ours(self) -> frozenset[str | None]:
        """Return the ids of the workspace and the organisation that have the app."""
        if self.team is not None:
            return frozenset({self.team.id, self.team.enterprise_id})
        return frozenset() if self.enterprise is None else frozenset({self.enterprise.id})
