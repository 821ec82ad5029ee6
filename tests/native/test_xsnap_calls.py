"""A guest that calls the host, at once or later, and what waits meanwhile."""

import msgpack  # type: ignore[import-untyped]
import pytest

from tests.native.link_driver import Driver, message

CALL = "engoIssueCommand(new Uint8Array([1, 2]).buffer)"
POST = "engoPostCommand(new Uint8Array([3]))"
WAITING = 3


def test_a_synchronous_call_waits_for_its_reply() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=CALL)
        call = worker.next()
        assert (call["op"], call["sync"], call["data"]) == ("call", True, b"\1\2")
        assert worker.page[3] == WAITING
        worker.control(op="reply", id=call["id"], data=b"answer")
        assert worker.next()["value"] == b"answer"


def test_a_refused_call_throws() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=CALL)
        worker.control(op="reply", id=worker.next()["id"], error="n\u00f6")
        got = worker.next()
        assert (got["op"], got["name"], got["message"]) == ("error", "Error", "n\u00f6")


def test_what_comes_meanwhile_is_kept_in_order() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=CALL)
        call = worker.next()
        for number in range(2, 50):
            worker.control(op="evaluate", id=number, source=str(number))
        worker.control(op="reply", id=call["id"], data=b"")
        assert [worker.next()["id"] for _ in range(49)] == list(range(1, 50))


def test_the_reply_may_come_in_fragments_among_others() -> None:
    with Driver() as worker:
        worker.evaluate("globalThis.engoOnCapTP = t => engoCapTPSend(t); 1")
        worker.control(op="evaluate", id=1, source=CALL)
        call = worker.next()
        reply = message(
            0, msgpack.packb({"op": "reply", "id": call["id"], "data": b"r" * 150_000})
        )
        first = 2 + 65_535
        worker.raw(reply[:first] + message(1, b"hello") + reply[first:])
        assert worker.next()["value"] == b"r" * 150_000
        assert worker.next_message() == (1, b"hello")


def test_large_messages_on_both_sides_of_a_wait() -> None:
    """The request that waits came in several records, and so does its reply."""
    padding = "/*" + "p" * 150_000 + "*/"
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=padding + CALL)
        call = worker.next()
        later = "/*" + "q" * 70_000 + "*/ 'later'"
        worker.control(op="evaluate", id=2, source=later)
        worker.control(op="reply", id=call["id"], data=b"r" * 200_000)
        assert worker.next()["value"] == b"r" * 200_000
        assert worker.next()["value"] == "later"


def test_exit_ends_a_waiting_worker() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=CALL)
        worker.next()
        worker.control(op="exit")
        assert worker.status() == 0


def test_the_end_of_the_link_ends_a_waiting_worker() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=CALL)
        worker.next()
        assert worker.status() == 0


@pytest.mark.parametrize("reply", [{"data": b"x"}, {"error": "no"}])
def test_a_posted_command_settles_later(reply: dict[str, object]) -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=1, source=POST)
        call = worker.next()
        assert (call["op"], call["sync"], call["data"]) == ("call", False, b"\3")
        assert worker.next()["op"] == "pending"
        worker.control(op="reply", id=call["id"], **reply)
        got = worker.next()
        assert got["id"] == 1
        assert got.get("value", got.get("message")) in (b"x", "no")


def test_posted_commands_settle_in_any_order_and_once() -> None:
    with Driver() as worker:
        source = f"Promise.all([{POST}, {POST}, {POST}]).then(v => v.length)"
        worker.control(op="evaluate", id=1, source=source)
        calls = [worker.next()["id"] for _ in range(3)]
        assert worker.next()["op"] == "pending"
        for number in [*reversed(calls), calls[0], 4_000_000]:
            worker.control(op="reply", id=number, data=b"")
        assert worker.next()["value"] == 3
        assert worker.evaluate("1", 2)["value"] == 1


@pytest.mark.parametrize("extra", [{}, {"data": b"", "error": ""}])
def test_a_reply_needs_one_of_data_and_error(extra: dict[str, object]) -> None:
    with Driver() as worker:
        worker.control(op="reply", id=1, **extra)
        assert worker.next()["op"] == "fatal"
        assert worker.status() == 65


def test_only_bytes_can_be_sent() -> None:
    with Driver() as worker:
        assert worker.evaluate("engoIssueCommand('x')")["name"] == "TypeError"
        assert worker.evaluate("engoPostCommand({})")["name"] == "TypeError"
