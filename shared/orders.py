"""An order: what is asked, by whom, and where the answer goes. It is the queue's message, as JSON."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from shared.actors import Actor, Through
from shared.attempts import Attempt
from shared.failures import Failure, FailureKind
from shared.log_events import LogEvent
from shared.order_ids import OrderId, RecordingId
from shared.recordings import Recording
from shared.rtc.callbacks import RtcCallback
from shared.rtc.models import GivenJobId, RecordingRequest, RecordParam, RtcId, VideoType
from shared.slack_refs import ReplyTo
from shared.stops import StopRecord, StopTarget
from shared.stored import Stored
from shared.team import Right

MAX_STREAMS = 10
"""The most streams of one start. From Slack, they are users of one room."""

LATEST_END = timedelta(hours=1)
"""An order ends within this time after it was placed. The limits in functions/worker/delivery.py are shorter."""

type ChannelId = Annotated[str, StringConstraints(pattern=r"^[CGD][A-Z0-9]{1,20}$")]
"""A Slack channel's id, as a caller of the webhook may give it."""


class NotQueued(Exception):
    """The queue did not take the order, so it will not be processed."""

    log_event: ClassVar = LogEvent.ORDER_NOT_QUEUED


class PerhapsQueued(Exception):
    """The queue gave no usable answer. It may have the order."""

    log_event: ClassVar = LogEvent.ORDER_PERHAPS_QUEUED


class Start(Stored):
    """Start recordings: one to ten streams."""

    right: ClassVar[Right | None] = Right.START
    kind: Literal["start"] = "start"
    requests: Annotated[tuple[RecordingRequest, ...], Field(min_length=1, max_length=MAX_STREAMS)]
    dry_run: bool = False
    """Whether to answer with what would be sent instead of sending it."""
    start_at: AwareDatetime | None = None
    """When to start; None for at once."""
    end_at: AwareDatetime | None = None
    """When recordbot ends the recordings."""
    max_duration: Annotated[timedelta | None, Field(gt=timedelta())] = None
    """How long they last at most."""
    releases: tuple[RecordingId, ...] = ()
    """Recordings of unknown outcome whose hold ends first: somebody has said that they didn't start."""
    repeats: tuple[RecordingId, ...] = ()
    """The recordings that this start repeats. Their message is redrawn if it was clicked on."""
    first: Annotated[int, Field(ge=0)] = 0
    """The place in the order of the first of `requests`. Of a plan, each stream is started by a message of its own."""

    def length_from(self, began_at: datetime) -> timedelta | None:
        """Return how long the recordings are to last if they begin then or as planned; None if nobody has said so."""
        until_end = None if self.end_at is None else self.end_at - (self.start_at or began_at)
        return min((it for it in (self.max_duration, until_end) if it is not None), default=None)

    def with_rule(self, record_rule_id: str) -> Self:
        """Return the start in which each stream without a recording rule has this one; an empty id changes nothing."""
        if not record_rule_id:
            return self
        rule = RecordParam(record_rule_id=record_rule_id)
        requests = (it if it.record_param else it.model_copy(update={"record_param": rule}) for it in self.requests)
        return self.model_copy(update={"requests": tuple(requests)})

    @property
    def may_record_nothing(self) -> bool:
        """Return whether RTC may have nothing to do for a stream: it has no recording rule and is pushed nowhere."""
        return any(it.record_param is None and it.publish_param is None for it in self.requests)


class Stop(Stored):
    """Stop one job, or all recordings of a user of a room (with a video_type, only that one), or those recordings."""

    right: ClassVar[Right | None] = Right.STOP_ANY
    kind: Literal["stop"] = "stop"
    recordings: tuple[RecordingId, ...] = ()
    """The recordings that somebody has seen in a list."""
    job_id: GivenJobId | None = None
    room_id: RtcId | None = None
    user_id: RtcId | None = None
    video_type: VideoType | None = None
    only_own: bool = False
    """Whether it leaves alone what others started."""

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        by_stream = self.room_id is not None and self.user_id is not None
        if by_stream + (self.job_id is not None) + bool(self.recordings) != 1:
            raise ValueError("either job_id, or room_id and user_id")
        return self

    def target(self, failure: FailureKind | None = None) -> StopTarget:
        """Return the job or stream that the stop names, as one target."""
        named = self.model_dump(exclude={"kind"})
        return StopTarget(**named, failure=None if failure is None else Failure(kind=failure))


class Check(Stored):
    """Check whether the jobs that the order started run, and post what is new."""

    right: ClassVar[Right | None] = None
    kind: Literal["check"] = "check"
    number: Annotated[int, Field(ge=1)] = 1
    """1 for the first check of the order."""


class Show(Stored):
    """Ask RTC how a recording is, and answer if it is otherwise than the person has read."""

    right: ClassVar[Right | None] = Right.LIST
    kind: Literal["show"] = "show"
    recording: RecordingId
    known: str
    """What the person has read: the `known` of the recording then."""


class Extend(Stored):
    """Let a recording end at another time."""

    right: ClassVar[Right | None] = Right.EXTEND
    kind: Literal["extend"] = "extend"
    recording: RecordingId
    ends_at: AwareDatetime


class Release(Stored):
    """End the hold of recordings whose outcome is unknown: their streams can be started again."""

    right: ClassVar[Right | None] = Right.STOP_ANY
    kind: Literal["release"] = "release"
    recordings: Annotated[tuple[RecordingId, ...], Field(min_length=1)]


class Move(Stored):
    """Let planned recordings begin at another time."""

    right: ClassVar[Right | None] = Right.EXTEND
    kind: Literal["move"] = "move"
    recordings: Annotated[tuple[RecordingId, ...], Field(min_length=1)]
    start_at: AwareDatetime


class Home(Stored):
    """Publish the asker's home tab in Slack."""

    right: ClassVar[Right | None] = Right.LIST
    kind: Literal["home"] = "home"
    is_opened: bool = False
    """Whether the asker has just opened it. Else what it shows has changed."""


class Link(Stored):
    """Give who asks links to the files of a recording."""

    right: ClassVar[Right | None] = Right.SEE_FILES
    kind: Literal["link"] = "link"
    recording: RecordingId


class GiveUp(Stored):
    """End the tries of an order that waits, because RTC doesn't take it."""

    right: ClassVar[Right | None] = Right.STOP_ANY
    kind: Literal["give_up"] = "give_up"
    order: OrderId


class Callback(Stored):
    """Check the job about which RTC has called back, and note what it said."""

    right: ClassVar[Right | None] = None
    kind: Literal["callback"] = "callback"
    said: RtcCallback


class Settle(Stored):
    """Store what RTC answered to a start or a stop, which the ledger did not take, and go on with the order."""

    right: ClassVar[Right | None] = None
    kind: Literal["settle"] = "settle"
    action: Annotated[Start | Stop, Field(discriminator="kind")]
    """What the order asks."""
    result: Attempt | StopRecord
    """The attempt with its outcome, or waiting because its call did not happen; or the stop with its results so far."""

    @model_validator(mode="after")
    def _result_is_of_the_action(self) -> Self:
        if isinstance(self.action, Start) != isinstance(self.result, Attempt):
            raise ValueError("a start has an attempt, a stop has a stop")
        return self


# Each action says which right it takes. One without is recordbot's own: only the recorder puts it on the queue.
type Action = Annotated[
    Start | Stop | Check | Show | Extend | Release | Move | Home | Link | GiveUp | Callback | Settle,
    Field(discriminator="kind"),
]


class Order(Stored):
    """Something accepted: what to do, for whom, and where the answer goes.

    Unknown fields are ignored, so that a newer door may be deployed before the recorder. A message with an unknown
    action is unreadable: it waits until the newer recorder reads it.
    """

    order_id: OrderId
    actor: Actor
    action: Action
    placed_at: AwareDatetime
    """When the order was placed; a check or a settle keeps the time of the order that it belongs to."""
    reply_to: ReplyTo | None = None
    """None if no answer is posted to Slack."""
    body_digest: str | None = None
    """SHA-256, in hex, of the event's body; None if the order was not made from an event."""
    is_foreign: bool = False
    """Whether Slack said with a click that the person belongs to another organisation."""
    through: Through | None = None
    """Through what it was placed; None if an older door has placed it."""

    @classmethod
    def about(cls, recording: Recording, action: Action) -> Self:
        """Return an order of recordbot's own about a recording, with the id and the actor of the recording's order."""
        channel_id, is_public = recording.channel_id, recording.is_public
        reply_to = None if channel_id is None else ReplyTo(channel_id=channel_id, is_public=is_public)
        return cls(
            order_id=recording.order_id,
            actor=recording.actor,
            action=action,
            placed_at=recording.since,
            reply_to=reply_to,
            through=Through.PLAN if isinstance(action, Start) else Through.CHECK,
        )

    @property
    def channel_id(self) -> str | None:
        """Return the Slack channel that gets the answer."""
        return None if self.reply_to is None else self.reply_to.channel_id

    @property
    def is_public(self) -> bool:
        """Return whether that channel is known to be public."""
        return self.reply_to is not None and self.reply_to.is_public

    def next_check(self, number: int) -> Self:
        """Return the check with that number of this order's recordings, as an order."""
        return self._with(Check(number=number))

    def settling(self, action: Start | Stop, result: Attempt | StopRecord) -> Self:
        """Return the order that stores the result of this order's action and goes on with it."""
        return self._with(Settle(action=action, result=result))

    def going_on(self, action: Start | Stop) -> Self:
        """Return the order of a settle as it was before."""
        return self._with(action)

    def _with(self, action: Action) -> Self:
        # What the event asks for is in the ledger by now, so nothing compares the digest any more.
        return self.model_copy(update={"action": action, "body_digest": None})


class Tick(Stored):
    """The schedule's message, once a minute: check the recordings that are due. It belongs to no order."""

    action: Check
    placed_at: AwareDatetime
    """The minute that it was scheduled for."""


class PlacedOrder(Stored):
    """What a caller's event asks for, as the ledger stores it. Of several bodies with one id, the first is stored."""

    body_digest: str
    actor: Actor
    placed_at: AwareDatetime
    action: Start | Stop = Field(discriminator="kind")

    def is_of(self, order: Order) -> bool:
        """Return whether the order was made from the same event."""
        return (self.actor, self.body_digest) == (order.actor, order.body_digest)
