"""An order of each action in a situation in which it does something."""

from collections.abc import Callable
from datetime import timedelta

from local.http_message import Wire
from local.rtc.faults import Fault
from shared.actors import RTC
from shared.order_ids import new_order_id
from shared.orders import (
    Action,
    Callback,
    Extend,
    GiveUp,
    Home,
    Link,
    Move,
    Order,
    Release,
    Settle,
    Show,
    Start,
    Stop,
)
from shared.rtc.callbacks import read_callback
from tests.integration.conftest import World
from tests.integration.outage import away

HOUR = timedelta(hours=1)
FAILED = Fault(status=500, error_code="RTC.00002001")
SILENT_AFTER = Fault(wire=Wire.NOTHING, delay=60, made=True)


def by_ann(world: World, action: Action, about: Order | None = None) -> Order:
    """An order of ann's, who perhaps clicked on the message about another one."""
    reply_to = world.order().reply_to if about is None else about.reply_to
    actor = world.order().actor
    return Order(order_id=new_order_id(), actor=actor, action=action, placed_at=world.clock(), reply_to=reply_to)


def a_check(world: World) -> Order:
    """The first check of a job that has begun to run meanwhile."""
    assert world.run(world.order()) is None
    world.clock.tick(2)
    check = world.next_check()
    assert check is not None
    return check


def a_show(world: World) -> Order:
    """What the person has read isn't so any more."""
    order = world.running()
    world.client.stop("1")
    world.clock.tick(2)
    return by_ann(world, Show(recording=f"{order.order_id}.0", known="runs"))


def an_extension(world: World) -> Order:
    """An hour more."""
    order = world.running()
    return by_ann(world, Extend(recording=f"{order.order_id}.0", ends_at=world.clock() + HOUR), order)


def a_release(world: World) -> Order:
    """Of a start whose outcome is unknown."""
    world.rtc.misbehave(SILENT_AFTER, operation="start")
    order = world.order()
    assert world.run(order) is None
    return by_ann(world, Release(recordings=(f"{order.order_id}.0",)), order)


def a_plan(world: World) -> Order:
    """Two streams that are to begin later."""
    return _later(world, world.order("user001", "user002"))


def a_begin(world: World) -> Order:
    """What a tick puts on the queue when a planned stream is due."""
    assert world.run(_later(world, world.order())) is None
    world.tick(minutes=12)
    due = world.next_message()
    assert isinstance(due, Order)
    return due


def a_move(world: World) -> Order:
    """A plan that is to begin an hour later."""
    order = _later(world, world.order())
    assert world.run(order) is None
    return by_ann(world, Move(recordings=(f"{order.order_id}.0",), start_at=world.clock() + HOUR), order)


def a_stopped_plan(world: World) -> Order:
    """A plan that is never to begin."""
    order = _later(world, world.order())
    assert world.run(order) is None
    return by_ann(world, Stop(recordings=(f"{order.order_id}.0",)), order)


def a_home(world: World) -> Order:
    """The home tab is opened while something runs."""
    world.running()
    return by_ann(world, Home(is_opened=True)).model_copy(update={"reply_to": None})


def a_callback(world: World) -> Order:
    """RTC says that there is a file."""
    world.running()
    world.client.stop("1")
    world.clock.tick(2)
    *earlier, last = (Callback(said=read_callback(call.body)) for call in world.rtc.callbacks_due())
    for action in earlier:
        assert world.run(_by_rtc(world, action)) is None
    return _by_rtc(world, last)


def a_link(world: World) -> Order:
    """To the file of a recording that is over."""
    assert world.run(a_callback(world)) is None
    recording = world.ledger.recordings.of_job("1")
    assert recording is not None
    return by_ann(world, Link(recording=recording.id))


def a_given_up_start(world: World) -> Order:
    """A start that RTC doesn't take now."""
    world.rtc.misbehave(FAILED, operation="start")
    order = world.order()
    assert world.run(order) is not None
    world.queue.put(order)
    return by_ann(world, GiveUp(order=order.order_id), order)


def a_given_up_stop(world: World) -> Order:
    """A stop that RTC doesn't take now."""
    world.running()
    world.rtc.misbehave(FAILED, operation="stop", times=None)
    stop = by_ann(world, Stop(room_id="100", user_id="user001"))
    assert world.run(stop) is not None
    world.queue.put(stop)
    return by_ann(world, GiveUp(order=stop.order_id), stop)


def a_settled_start(world: World) -> Order:
    """RTC has started it while the ledger was away."""
    return _settle(world, world.order(), "start")


def a_settled_stop(world: World) -> Order:
    """RTC has stopped it while the ledger was away."""
    world.running()
    return _settle(world, by_ann(world, Stop(room_id="100", user_id="user001")), "stop")


SITUATIONS: tuple[Callable[[World], Order], ...] = (
    a_check,
    a_show,
    an_extension,
    a_release,
    a_plan,
    a_begin,
    a_move,
    a_stopped_plan,
    a_home,
    a_link,
    a_given_up_start,
    a_given_up_stop,
    a_callback,
    a_settled_start,
    a_settled_stop,
)


def _later(world: World, order: Order) -> Order:
    assert isinstance(order.action, Start)
    action = order.action.model_copy(update={"start_at": world.clock() + timedelta(minutes=10)})
    return order.model_copy(update={"action": action})


def _by_rtc(world: World, action: Callback) -> Order:
    return Order(order_id=new_order_id(), actor=RTC, action=action, placed_at=world.clock())


def _settle(world: World, order: Order, operation: str) -> Order:
    client = world.ledger.attempts._table._client
    with away(client, lambda _: any(call.operation == operation for call in world.rtc.calls())):
        assert world.run(order) is None
    while found := world.next_check():
        if isinstance(found.action, Settle):
            return found
    raise AssertionError("there is no settle on the queue")
