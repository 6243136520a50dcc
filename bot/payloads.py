"""What Slack sends to the app beside commands: a click, a shortcut, a form, an event."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bot.asker import Asker, FromPerson, Said, SlackText, Somebody, TriggerId, WithId

type _Timestamp = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(\.[0-9]{1,9})?$")]


class _View(WithId):
    app_installed_team_id: str | None = None


class _FromView(FromPerson):
    view: _View

    @property
    def ours(self) -> frozenset[str | None]:
        """Return the ids of whose the app is. A view's `team` may be the person's."""
        ours, installed = super().ours, self.view.app_installed_team_id
        return ours if installed is None or installed in ours else frozenset({installed})


class _Channel(WithId):
    name: str = ""


class _Container(Said):
    message_ts: _Timestamp
    thread_ts: _Timestamp | None = None
    is_ephemeral: bool = False

    @property
    def is_in_thread(self) -> bool:
        """Return whether the message is a reply in a thread."""
        return self.thread_ts not in {None, self.message_ts}


class _Message(Said):
    text: str | None = None
    blocks: tuple[dict[str, Any], ...] | None = None


class _Option(Said):
    value: Annotated[str, StringConstraints(max_length=2000)] = ""


class _Action(Said):
    action_id: Annotated[str, StringConstraints(max_length=255)]
    action_ts: _Timestamp
    value: Annotated[str, StringConstraints(max_length=2000)] = ""
    selected_option: _Option | None = None

    @property
    def chosen(self) -> str:
        """Return the button's value, or that of the option that was chosen."""
        return self.value if self.selected_option is None else self.selected_option.value

    @property
    def at(self) -> datetime:
        """Return when it was clicked."""
        return datetime.fromtimestamp(float(self.action_ts), UTC)


class Clicked(FromPerson):
    """Slack's block_actions, of a control in a message.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """

    channel: _Channel
    container: _Container
    actions: Annotated[tuple[_Action, ...], Field(min_length=1)]
    response_url: Annotated[SlackText, Field(repr=False)]
    message: _Message | None = None
    """The message that was clicked on. Slack can't send one back that only the asker sees."""

    @property
    def asker(self) -> Asker:
        """Return who clicked."""
        return self.asker_in(self.channel.id, self.channel.name, self.response_url)

    @property
    def is_known(self) -> bool:
        """Return whether Slack has sent the blocks of the message, or it is a reply in a thread."""
        return self.container.is_in_thread or (self.message is not None and bool(self.message.blocks))

    @property
    def action_id(self) -> str:
        """Return which control was clicked. Slack sends one at a time."""
        return self.actions[0].action_id

    @property
    def value(self) -> str:
        """Return the button's value, or that of the option that was chosen."""
        return self.actions[0].chosen

    @property
    def at(self) -> datetime:
        """Return when it was clicked."""
        return self.actions[0].at

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what is the same each time that Slack sends this click, and differs for every other."""
        action = self.actions[0]
        where = (self.channel.id, self.container.message_ts)
        return (self.user.id, *where, action.action_id, self.value, action.action_ts)


class ClickedInView(_FromView):
    """Slack's block_actions, of a control in a modal or in the home tab: they are in no channel."""

    actions: Annotated[tuple[_Action, ...], Field(min_length=1)]
    trigger_id: TriggerId = ""

    @property
    def click(self) -> _Action:
        """Return what was clicked. Slack sends one at a time."""
        return self.actions[0]

    @property
    def by(self) -> Somebody:
        """Return who clicked."""
        return Somebody(user_id=self.user.id, is_foreign=self.is_foreign)

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what is the same each time that Slack sends this click, and differs for every other."""
        return (self.user.id, self.view.id, self.click.action_id, self.click.chosen, self.click.action_ts)


class _OpenedHome(Said):
    user: SlackText
    tab: str = "home"


class HomeOpened(Said):
    """Slack's event app_home_opened.

    https://docs.slack.dev/reference/events/app_home_opened
    """

    event: _OpenedHome
    event_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """The same each time that Slack sends the event, as its header X-Slack-Retry-Num says that it does."""


class _Quoted(Said):
    text: str | None = None


class Shortcut(FromPerson):
    """Slack's shortcut, of the whole workspace or of a message.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """

    trigger_id: TriggerId
    channel: _Channel | None = None
    """The message's channel; None for a shortcut of the workspace, which has no response_url either."""
    message: _Quoted = _Quoted()
    response_url: Annotated[SlackText | None, Field(repr=False)] = None

    @property
    def asker(self) -> Asker | None:
        """Return who uses it, and where the answer goes; None if it can go nowhere."""
        if self.channel is None or self.response_url is None:
            return None
        return self.asker_in(self.channel.id, self.channel.name, self.response_url)


class _Entered(Said):
    value: Annotated[str | None, StringConstraints(max_length=3000)] = None
    selected_option: _Option | None = None

    @property
    def text(self) -> str:
        return (self.value or "") if self.selected_option is None else self.selected_option.value


class _State(Said):
    values: Mapping[str, Mapping[str, _Entered]]


class _Form(_View):
    callback_id: str = ""
    private_metadata: Annotated[str, StringConstraints(max_length=3000)] = ""
    state: Annotated[_State, Field(repr=False)]


class _ResponseUrl(Said):
    channel_id: SlackText
    response_url: Annotated[SlackText, Field(repr=False)]


class Submitted(_FromView):
    """Slack's view_submission.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """

    view: _Form
    response_urls: tuple[_ResponseUrl, ...] = ()
    """One for each conversation that was chosen."""

    @property
    def entered(self) -> Mapping[str, str]:
        """Return what was entered, by the names of the fields."""
        return {name: "".join(it.text for it in elements.values()) for name, elements in self.view.state.values.items()}

    def asker(self, place: _ResponseUrl, channel_name: str) -> Asker:
        """Return who submitted it. The answer goes to the chosen channel."""
        return self.asker_in(place.channel_id, channel_name, place.response_url)

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what is the same each time that Slack sends this form as it was filled in, and differs for others."""
        entered = (f"{name}={text}" for name, text in sorted(self.entered.items()))
        return (self.user.id, self.view.id, *entered, *(it.channel_id for it in self.response_urls))
