"""The control socket of the WebAssembly host: round trips, limits, hostile reports."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.errors import LocalProtocolError, RemoteProtocolError
from engo.frames.hosting import (
    BARE,
    HOST_VERSION,
    IMAGE,
    MAX_DATAGRAM,
    MAX_NAME,
    MAX_STATE,
    MAX_TEXT,
    SNAPSHOT,
    STATE,
    Ended,
    HostLedger,
    Kill,
    Open,
    Order,
    Ready,
    Report,
    Suspend,
    Suspended,
    decode_order,
    decode_report,
    descriptors_of,
    encode_order,
    encode_report,
)

NUMBERS = st.integers(1, 2**32 - 1)
SIZES = st.integers(1, MAX_STATE)
ORDERS: st.SearchStrategy[Order] = st.one_of(
    st.builds(Open, NUMBERS, st.just(BARE), SIZES, NUMBERS, st.just(0), st.just("")),
    st.builds(
        Open, NUMBERS, st.just(IMAGE), SIZES, NUMBERS, st.just(0), st.just("endo")
    ),
    st.builds(Open, NUMBERS, st.just(SNAPSHOT), SIZES, NUMBERS, SIZES, st.just("")),
    st.builds(Open, NUMBERS, st.just(STATE), SIZES, NUMBERS, SIZES, st.just("é" * 32)),
    st.builds(Kill, NUMBERS),
    st.builds(Suspend, NUMBERS, SIZES),
)
TEXTS = st.text(max_size=MAX_TEXT // 4)
REPORTS: st.SearchStrategy[Report] = st.one_of(
    st.builds(Ready, st.integers(0, 2**32 - 1), TEXTS),
    st.builds(Ended, NUMBERS, st.integers(-(2**31), 2**31 - 1), TEXTS),
    st.builds(Suspended, NUMBERS, st.integers(0, MAX_STATE)),
)


@given(ORDERS)
def test_orders_come_back(order: Order) -> None:
    data = encode_order(order)
    assert len(data) <= MAX_DATAGRAM
    assert decode_order(data, descriptors_of(order)) == order
    with pytest.raises(RemoteProtocolError, match="descriptors"):
        decode_order(data, descriptors_of(order) + 1)


@given(REPORTS)
def test_reports_come_back(report: Report) -> None:
    data = encode_report(report)
    assert len(data) <= MAX_DATAGRAM
    assert decode_report(data) == report


@given(st.binary(max_size=MAX_DATAGRAM + 8), st.integers(0, 5))
def test_any_bytes_are_a_message_or_an_error(data: bytes, descriptors: int) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert encode_order(decode_order(data, descriptors)) == data
    with contextlib.suppress(RemoteProtocolError):
        assert encode_report(decode_report(data)) == data


@pytest.mark.parametrize(
    "order",
    [
        Open(0, BARE, 0, 0, 0, ""),
        Open(1, 4, 0, 0, 0, ""),
        Open(1, BARE, 0, 0, 0, "bare"),
        Open(1, BARE, 0, 0, 5, ""),
        Open(1, IMAGE, 0, 0, 0, ""),
        Open(1, IMAGE, 0, 0, 0, "a" * (MAX_NAME + 1)),
        Open(1, IMAGE, MAX_STATE + 1, 0, 0, "bare"),
        Open(1, IMAGE, 1 << 64, 0, 0, "bare"),
        Open(1, IMAGE, -1, 0, 0, "bare"),
        Open(1, IMAGE, 0, 0, 0, "\ud800"),
        Open(1, SNAPSHOT, 0, 0, 0, ""),
        Open(1, SNAPSHOT, 0, 0, MAX_STATE + 1, ""),
        Open(1, STATE, 0, 0, 5, ""),
        Kill(0),
        Kill(1 << 32),
        Suspend(1, 0),
        Suspend(1, MAX_STATE + 1),
    ],
)
def test_orders_out_of_range_are_not_sent(order: Order) -> None:
    with pytest.raises(LocalProtocolError):
        encode_order(order)


def test_texts_are_cut_between_characters() -> None:
    ended = decode_report(encode_report(Ended(1, 70, "é" * MAX_TEXT)))
    assert ended == Ended(1, 70, "é" * (MAX_TEXT // 2))
    with pytest.raises(RemoteProtocolError, match="a text of 256"):
        decode_report(encode_report(Ended(1, 70, "a" * MAX_TEXT)) + b"a")


def ready() -> bytes:
    return encode_report(Ready(HOST_VERSION, "build"))


def test_a_life() -> None:
    ledger = HostLedger()
    first = ledger.number()
    ledger.ordered(Open(first, IMAGE, 0, 0, 0, "bare"))
    assert ledger.received(ready()) == ledger.ready == Ready(HOST_VERSION, "build")
    ledger.ordered(Suspend(first, 100))
    with pytest.raises(LocalProtocolError, match="is being suspended"):
        ledger.ordered(Suspend(first, 100))
    ledger.received(encode_report(Suspended(first, 100)))
    ledger.ordered(Kill(first))
    ledger.received(encode_report(Ended(first, -9, "")))
    assert ledger.machines == set()
    with pytest.raises(LocalProtocolError, match="a live machine"):
        ledger.ordered(Kill(first))
    assert ledger.number() == first + 1


def test_an_order_about_a_machine_that_is_there_or_was_not_numbered() -> None:
    ledger = HostLedger()
    with pytest.raises(LocalProtocolError, match="a new machine"):
        ledger.ordered(Open(1, BARE, 0, 0, 0, ""))
    number = ledger.number()
    ledger.ordered(Open(number, BARE, 0, 0, 0, ""))
    with pytest.raises(LocalProtocolError, match="a new machine"):
        ledger.ordered(Open(number, BARE, 0, 0, 0, ""))


@pytest.mark.parametrize(
    "report",
    [
        Ready(HOST_VERSION, "again"),
        Ended(2, 0, "of another"),
        Suspended(1, 0),
        Suspended(2, 0),
    ],
)
def test_forged_reports_are_refused(report: Report) -> None:
    ledger = HostLedger()
    ledger.ordered(Open(ledger.number(), BARE, 0, 0, 0, ""))
    ledger.received(ready())
    with pytest.raises(RemoteProtocolError):
        ledger.received(encode_report(report))


def test_reports_before_ready_wrong_versions_and_long_states_are_refused() -> None:
    ledger = HostLedger()
    ledger.ordered(Open(ledger.number(), BARE, 0, 0, 0, ""))
    with pytest.raises(RemoteProtocolError):
        ledger.received(encode_report(Ended(1, 0, "")))
    with pytest.raises(RemoteProtocolError, match="version"):
        ledger.received(encode_report(Ready(HOST_VERSION + 1, "")))
    ledger.received(ready())
    ledger.ordered(Suspend(1, 100))
    with pytest.raises(RemoteProtocolError, match="awaited"):
        ledger.received(encode_report(Suspended(1, 101)))


@given(st.lists(st.one_of(ORDERS, st.binary(max_size=20), REPORTS)))
def test_the_ledger_never_holds_what_was_not_opened(
    steps: list[Order | Report | bytes],
) -> None:
    ledger, opened = HostLedger(), set()
    for step in steps:
        with contextlib.suppress(LocalProtocolError, RemoteProtocolError):
            if isinstance(step, bytes):
                ledger.received(step)
            elif isinstance(step, (Ready, Ended, Suspended)):
                ledger.received(encode_report(step))
            elif isinstance(step, Open):
                number = ledger.number()
                ledger.ordered(step._replace(vm=number))
                opened.add(number)
            else:
                ledger.ordered(step)
        assert ledger.machines <= opened
        assert set(ledger.suspending) <= ledger.machines
