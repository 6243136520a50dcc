"""python -m ops dead-letters: show the orders that were given up, let them be processed again, or drop them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from functions.ledger.orders import OrderRecord
from functions.worker.delivery import LONGEST_WAIT
from ops.asking import confirm
from ops.dead_letter_queue import HIDDEN_S, DeadLetter, DeadLetters
from ops.deployment import Deployment, one_line
from ops.errors import OpsError
from ops.output import Output
from ops.progress import counting
from shared.attempts import Attempt, NotStarted, Started, Unknown
from shared.orders import Settle
from shared.stops import StopTarget

_READ = "dead letters read"
_AGES = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def show(deployment: Deployment, output: Output) -> int:
    """Print each message: whose order it is, what the ledger has of it, and how old it is. It stays in the queue."""
    queue = DeadLetters(deployment)
    now = datetime.now(UTC)
    with counting(_READ) as counter, queue.all() as letters:
        rows = [_described(deployment, it, now) for it in counter.of(letters)]
    hidden = queue.hidden()
    lines = [line for row in rows for line in _lines(row)] or ["there are no dead letters"]
    if hidden:
        lines.append(f"and about {hidden} that somebody else has received: check again in {HIDDEN_S // 60} minutes")
    output.show({"dead_letters": rows, "hidden": hidden}, *lines)
    return 0


def redrive(deployment: Deployment, which: str | None, output: Output) -> int:
    """Let the message with this id, or each order, be processed again. What is no order stays."""
    queue = DeadLetters(deployment)
    now = datetime.now(UTC)
    sent: list[DeadLetter] = []
    kept: list[DeadLetter] = []
    with counting(_READ) as counter, queue.all() as letters:
        for letter in _chosen(counter.of(letters), which):
            if letter.order_id is None:
                kept.append(letter)
                continue
            queue.send_back(letter)
            sent.append(letter)
    if which is not None and not sent:
        raise OpsError(
            _not_found(which) if not kept else f"{which} is no order: `dead-letters drop {which}` deletes it"
        )
    late = [it.order_id for it in sent if _is_late(it, now)]
    document = {
        "sent": [it.order_id for it in sent],
        "too_old_to_begin": late,
        "kept": [it.message_id for it in kept],
    }
    output.show(document, *_summary(sent, late, kept))
    return 0


def drop(deployment: Deployment, which: str, output: Output, *, is_sure: bool) -> int:
    """Delete the messages with this id: those that it lists. It asks before it does."""
    queue = DeadLetters(deployment)
    now = datetime.now(UTC)
    with counting(_READ) as counter, queue.all() as letters:
        listed = {it.message_id: _described(deployment, it, now) for it in _chosen(counter.of(letters), which)}
    if not listed:
        raise OpsError(_not_found(which))
    if not is_sure:
        lines = [line for row in listed.values() for line in _lines(row)]
        confirm(output, *lines, "Delete it for ever?", otherwise="it is kept")
    left = set(listed)
    with counting(_READ) as counter, queue.all() as letters:
        for letter in counter.of(letters):
            if letter.message_id in left:
                queue.delete(letter)
                left.remove(letter.message_id)
            if not left:
                break
    if left:
        deleted = sorted(set(listed) - left)
        also = f". Deleted: {', '.join(deleted)}" if deleted else ""
        raise OpsError(_not_found(", ".join(sorted(left))) + also)
    output.show({"dropped": [*listed]}, f"{which} is deleted")
    return 0


def _chosen(letters: Iterator[DeadLetter], which: str | None) -> Iterator[DeadLetter]:
    """Give those with the id: an order may have several messages."""
    return (it for it in letters if which is None or it.has_id(which))


def _not_found(which: str) -> str:
    return (
        f"no dead letter has the id {which}: `dead-letters show` lists them. "
        f"If somebody has just received it, it is there again in {HIDDEN_S // 60} minutes"
    )


def _summary(sent: list[DeadLetter], late: list[str | None], kept: list[DeadLetter]) -> list[str]:
    lines = [f"{it.order_id} is sent back" for it in sent] or ["nothing is sent back"]
    if late:
        minutes = LONGEST_WAIT // timedelta(minutes=1)
        lines.append(f"older than {minutes} minutes, so not begun any more, only answered: {', '.join(map(str, late))}")
    lines += [f"kept, because it is no order: {it.message_id} (`dead-letters drop` deletes it)" for it in kept]
    return lines


def _described(deployment: Deployment, letter: DeadLetter, now: datetime) -> dict[str, object]:
    """Return what an operator wants to know. It holds no body, no response_url and no push address."""
    row: dict[str, object] = {
        "order": letter.order_id,
        "message": letter.message_id,
        "action": None,
        "by": None,
        "channel": None,
        "age": _age(now - letter.sent_at),
        "receives": letter.receives,
        "why": [],
    }
    order = letter.order
    if order is None:
        what = "this recordbot can't read the order" if letter.order_id else "this is no order"
        return row | {"why": [f"{what}: {letter.wrong}"]}
    with one_line(deployment.name):
        record = deployment.ledger().orders.read(order.order_id)
    return row | {
        "action": order.action.kind,
        "by": f"{order.actor.kind} {order.actor.id}",
        "channel": None if order.reply_to is None else order.reply_to.channel_id,
        "age": _age(now - order.placed_at),
        "why": [*_in_message(order.action), *_in_ledger(record)] or ["the ledger has no outcome of it"],
    }


def _in_message(action: object) -> Iterable[str]:
    if not isinstance(action, Settle):
        return []
    what = _of_attempt(action.result) if isinstance(action.result, Attempt) else "a stop's results"
    return [f"it holds what RTC answered, and the ledger did not take: {what}"]


def _in_ledger(record: OrderRecord) -> Iterable[str]:
    stopped = () if record.stop is None else record.stop.targets
    return [*map(_of_attempt, record.attempts), *map(_of_target, stopped)]


def _of_attempt(attempt: Attempt) -> str:
    match attempt.outcome:
        case Started(job=job):
            outcome = f"started as job {job.job_id}"
        case NotStarted(failure=failure):
            outcome = f"not started, {failure.kind}"
        case Unknown():
            outcome = "RTC gave no usable answer"
        case None:
            outcome = f"no outcome, {attempt.state}"
        case _:
            outcome = "recorded already"
    return f"{attempt.request.user_id} in room {attempt.request.room_id}: {outcome}"


def _of_target(target: StopTarget) -> str:
    what = f"job {target.job_id}" if target.job_id else f"{target.user_id} in room {target.room_id}"
    outcome = f"not stopped, {target.failure.kind}" if target.failure else target.ended or "not stopped yet"
    return f"{what}: {outcome}"


def _lines(row: dict[str, object]) -> list[str]:
    why = row["why"]
    head = [str(row["order"] or row["message"]), row["action"], row["by"] and f"by {row['by']}"]
    where = row["channel"] and f"in {row['channel']}"
    facts = [*head, where, f"{row['age']} old", f"received {row['receives']} times"]
    assert isinstance(why, list)  # noqa: S101 - for the type checker
    return ["  ".join(str(it) for it in facts if it), *(f"    {it}" for it in why), f"    message {row['message']}"]


def _age(age: timedelta) -> str:
    seconds = max(round(age.total_seconds()), 0)
    unit, length = next((it for it in _AGES if seconds >= 2 * it[1]), _AGES[-1])
    return f"{seconds // length} {unit}"


def _is_late(letter: DeadLetter, now: datetime) -> bool:
    return letter.order is not None and now - letter.order.placed_at > LONGEST_WAIT
