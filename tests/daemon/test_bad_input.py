"""What a client may not send: it alone is closed, the log says why."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import RemoteError, Session, Turns
from engo.captp.limits import MAX_DEPTH
from engo.frames.netstring import NetstringReader, netstring

from .running import Host, Running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def raw(shared: Running) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(shared.socket))
        yield connection


def everything(connection: socket.socket) -> list[Any]:
    """The messages until the daemon hangs up."""
    reader = NetstringReader()
    messages: list[Any] = []
    while data := connection.recv(65_536):
        messages += map(json.loads, reader.feed(data))
    return messages


BOOTSTRAP = b'{"type":"CTP_BOOTSTRAP","epoch":0,"questionID":"q-1"}'


def deep(levels: int) -> bytes:
    return b'{"type":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"5x:hello,", "MalformedNetstring"),
        (b"5:hellox", "MalformedNetstring"),
        (b":", "MalformedNetstring"),
        (b"9999999999:", "MalformedNetstring"),
        (b"999999999:", "NetstringTooLong"),
        (netstring(b"not json"), "MalformedMessage"),
        (netstring(b"\xff\xfe"), "MalformedMessage"),
        (netstring(deep(100_000)), "NestingTooDeep"),
        (netstring(deep(MAX_DEPTH + 1)), "NestingTooDeep"),
    ],
)
def test_the_stream_is_closed_with_a_reason(
    shared: Running, raw: socket.socket, data: bytes, reason: str
) -> None:
    before = shared.log.count(" is closed: ")
    raw.sendall(data)
    (goodbye,) = everything(raw)
    assert goodbye["type"] == "CTP_DISCONNECT"
    assert goodbye["reason"].startswith(f"{reason}: expected ")
    assert shared.log.count(" is closed: ") == before + 1
    with shared.client() as client:
        assert Host(client).on(client.endo, "ping") == "pong"


def test_half_a_message_and_the_end(shared: Running, raw: socket.socket) -> None:
    raw.sendall(b"50:half")
    raw.shutdown(socket.SHUT_WR)
    (goodbye,) = everything(raw)
    assert goodbye["reason"].startswith("NetstringTruncated: ")


def test_faults_inside_messages_leave_the_session(shared: Running) -> None:
    with shared.client() as client:
        host = Host(client)
        host.call("list")
        unknown = {
            "type": "CTP_CALL",
            "epoch": 0,
            "questionID": "q-900",
            "target": "o-999",
            "method": {"body": '["ping",[]]', "slots": []},
        }
        client._socket.sendall(netstring(json.dumps(unknown).encode()))
        client._socket.sendall(netstring(b'{"type":"CTP_NOSUCH","epoch":0}'))
        assert host.on(client.endo, "ping") == "pong"
    assert "Unknown export" in shared.log


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_client_that_dies_in_the_middle(shared: Running, cut: int) -> None:
    data = netstring(BOOTSTRAP)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(shared.socket))
        connection.sendall(data[:cut])
    with shared.client() as client:
        assert Host(client).on(client.endo, "ping") == "pong"


def test_one_byte_at_a_time(shared: Running, raw: socket.socket) -> None:
    for byte in netstring(BOOTSTRAP):
        raw.sendall(bytes([byte]))
    reader = NetstringReader()
    answers: list[bytes] = []
    while not answers:
        answers += reader.feed(raw.recv(4096))
    assert json.loads(answers[0])["result"]["slots"] == ["o+1"]


def test_a_reader_that_dies_does_not_wedge_anything(shared: Running) -> None:
    from engo.captp import Far, make_promise

    with shared.client() as client:
        host = Host(client)
        never, _ = make_promise(client.turns)
        host.send("storeBlob", Far("AsyncIterator", next=lambda: never), "half")
        host.call("list")
    with shared.client() as client:
        host = Host(client)
        host.call("storeValue", 1, "after")
        assert host.call("has", "half") is False
    assert not list((shared.state / "store-sha512").glob("*.new"))


def test_a_client_that_does_not_read_is_not_served_on(shared: Running) -> None:
    """Its own requests wait; the daemon keeps little for it, and serves others."""
    with shared.client() as client:
        Host(client).call("storeValue", "x" * 200_000, "big")
    turns = Turns()
    session = Session("flood", turns=turns)
    endo = session.bootstrap()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(shared.socket))
        connection.settimeout(2)
        connection.sendall(b"".join(map(netstring, session.take_outgoing())))
        reader = NetstringReader()
        while endo.state == "pending":
            for message in reader.feed(connection.recv(4096)):
                session.receive(message)
            turns.run()
        host = turns.send(endo, "host")
        sent = 0
        try:
            for _ in range(400):
                for _ in range(100):
                    turns.send(host, "lookup", "big")
                turns.run()
                for message in session.take_outgoing():
                    connection.sendall(netstring(message))
                    sent += 1
        except TimeoutError:
            pass  # it reads no more of us
        else:
            pytest.fail(f"the daemon has read {sent} messages without being read")
        with shared.client() as client:
            assert Host(client).on(client.endo, "ping") == "pong"
        status = (shared.process.pid, _resident(shared.process.pid))
        assert status[1] < 250 << 20, status


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as stream:
        return int(stream.read().split()[1]) * resource_page()


def resource_page() -> int:
    import resource

    return resource.getpagesize()


def test_a_value_that_is_too_large_for_a_message(shared: Running) -> None:
    with shared.client() as client:
        host = Host(client)
        start = time.monotonic()
        with pytest.raises(RemoteError):
            host.evaluate("'x'.repeat(17 * 1024 * 1024)", worker="large")
        assert host.evaluate("1", worker="large") == 1
        assert time.monotonic() - start < 30
