"""What a message about an order shows."""

from functions.worker.views import state_of
from shared.attempts import NotStarted, Started
from shared.recording_news import Stopped, changed
from tests.builders import NOW, a_failure, a_job, a_recording, an_attempt, unknown


def test_the_state_of_a_message_changes_with_each_outcome_and_each_recording() -> None:
    """Else a message would stay as it is though there is news."""
    attempt = an_attempt(Started(job=a_job()))
    recording = a_recording(attempt)
    attempts = [an_attempt(), attempt, an_attempt(unknown()), an_attempt(NotStarted(failure=a_failure()))]
    states = [state_of([it], []) for it in attempts]
    states += [state_of([attempt, an_attempt(n=1)], []), state_of([attempt], [recording])]
    states += [state_of([attempt], [changed(recording, Stopped(), NOW)])]
    assert len(set(states)) == len(states)
    assert state_of([attempt], [recording]) == states[-2]
