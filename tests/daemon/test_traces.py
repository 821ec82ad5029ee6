"""Where an error came from is still known after it went through another worker."""

from __future__ import annotations

from engo.captp import RemoteError
from engo.daemon.traces import MAX_TRACES, ClientTraces, Traces
from engo.worker.errors import GuestError

MADE = GuestError("TypeError", "boom", "at f (a.js:3)", "a.js", 3)
DECODED = GuestError("TypeError", "boom", "at decode (engo:x.js:1)", "", 0)


def place(traces: Traces, error_id: str) -> tuple[object, object] | None:
    """What a client is told of an error that a worker reported under this id."""
    client = ClientTraces(traces)
    client.sent("mine", RemoteError("TypeError", "boom", error_id))
    found = client.find("mine")
    return None if found is None else (found["file"], found["line"])


def test_an_error_of_one_worker() -> None:
    traces = Traces()
    traces.reported("one#1", MADE)
    assert place(traces, "one#1") == ("a.js", 3)
    assert place(traces, "one#2") is None


def test_an_error_that_went_through_another_worker() -> None:
    traces = Traces()
    traces.reported("one#1", MADE)
    traces.sent_to_worker("two#1", RemoteError("TypeError", "boom", "one#1"))
    traces.reported("two#2", DECODED)
    assert place(traces, "two#2") == ("a.js", 3)


def test_only_what_was_sent_on_is_taken_for_the_same() -> None:
    traces = Traces()
    traces.reported("one#1", MADE)
    traces.reported("two#1", DECODED)
    assert place(traces, "two#1") == ("", 0)


def test_an_error_with_a_place_keeps_it() -> None:
    traces = Traces()
    traces.reported("one#1", MADE)
    traces.sent_to_worker("two#1", RemoteError("TypeError", "boom", "one#1"))
    traces.reported("two#2", GuestError("TypeError", "boom", "", "b.js", 7))
    assert place(traces, "two#2") == ("b.js", 7)


def test_the_oldest_is_forgotten() -> None:
    traces = Traces()
    for number in range(MAX_TRACES + 1):
        traces.reported(f"one#{number}", MADE)
    assert place(traces, "one#0") is None
    assert place(traces, "one#1") == ("a.js", 3)
