"""The control socket of the WebAssembly host, without I/O: `docs/frames.md`.

Orders go to the host, reports come from it. One message is one datagram of fixed
fields; descriptors travel beside it. A report is hostile until `HostLedger` has
looked at it: the process that sent it runs guests.
"""

import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from engo.frames.constants import MAX_ID
from engo.frames.errors import LocalProtocolError, RemoteProtocolError

HOST_VERSION: Final = 1
MAX_DATAGRAM: Final = 512
"""The longest message in bytes, each way; read with room for one byte more."""
MAX_NAME: Final = 64
"""The longest name of an image in bytes of UTF-8."""
MAX_TEXT: Final = 256
"""The longest build id or reason in bytes of UTF-8."""
MAX_DESCRIPTORS: Final = 4
MAX_STATE: Final = 1 << 32
"""The longest state of a suspended machine: more than a machine's memory."""

# What a machine is made from.
BARE: Final = 0
IMAGE: Final = 1
SNAPSHOT: Final = 2
STATE: Final = 3
_WITH_BODY: Final = (SNAPSHOT, STATE)

_OPEN: Final = 1
_KILL: Final = 2
_SUSPEND: Final = 3
_READY: Final = 129
_ENDED: Final = 130
_SUSPENDED: Final = 131

_HEAD: Final = struct.Struct("<BI")
_OPEN_BODY: Final = struct.Struct("<BQIQ")
_U64: Final = struct.Struct("<Q")
_ENDED_BODY: Final = struct.Struct("<i")
_READY_BODY: Final = struct.Struct("<I")


class Open(NamedTuple):
    """Make a machine. Descriptors: link in, link out, page, [body]."""

    vm: int
    source: int  # BARE, IMAGE, SNAPSHOT or STATE
    memory: int  # bytes of linear memory it may have
    stack: int  # slots of its stack; the host knows what its images have
    length: int  # bytes of the body, 0 without one
    name: str  # of the image, also of the one that a STATE differs from


class Kill(NamedTuple):
    """End a machine at once."""

    vm: int


class Suspend(NamedTuple):
    """Write a machine's state into the descriptor that comes with it."""

    vm: int
    most: int  # bytes that may be written


class Ready(NamedTuple):
    """The host is confined and takes orders."""

    version: int
    build: str


class Ended(NamedTuple):
    """A machine has ended; its link is closed right after."""

    vm: int
    status: int  # as a native worker's exit status
    reason: str  # more words than the status has, or empty


class Suspended(NamedTuple):
    """The state is written; or the machine cannot be suspended now. It goes on."""

    vm: int
    length: int  # 0: it cannot


Order = Open | Kill | Suspend
Report = Ready | Ended | Suspended


def descriptors_of(order: Order) -> int:
    """How many descriptors travel with an order."""
    if isinstance(order, Open):
        return 4 if order.source in _WITH_BODY else 3
    return 1 if isinstance(order, Suspend) else 0


def encode_order(order: Order) -> bytes:
    """An order's datagram. Raises LocalProtocolError for what it cannot carry."""
    try:
        if isinstance(order, Open):
            name = order.name.encode()
            numbers = (order.source, order.memory, order.stack, order.length)
            data = _HEAD.pack(_OPEN, order.vm) + _OPEN_BODY.pack(*numbers) + name
        elif isinstance(order, Kill):
            data = _HEAD.pack(_KILL, order.vm)
        else:
            data = _HEAD.pack(_SUSPEND, order.vm) + _U64.pack(order.most)
    except (struct.error, UnicodeError) as error:
        raise LocalProtocolError(f"expected an order in range: {error}") from error
    try:
        decode_order(data, descriptors_of(order))
    except RemoteProtocolError as error:
        raise LocalProtocolError(str(error)) from error
    return data


def decode_order(data: bytes, descriptors: int) -> Order:
    """What the supervisor asks for. Raises RemoteProtocolError."""
    op, vm, rest = _split(data)
    order: Order
    if op == _OPEN and len(rest) >= _OPEN_BODY.size:
        source, memory, stack, length = _OPEN_BODY.unpack_from(rest)
        name = _text(rest[_OPEN_BODY.size :], MAX_NAME)
        order = Open(vm, source, memory, stack, length, name)
        _check_open(order)
    elif op == _KILL and not rest:
        order = Kill(vm)
    elif op == _SUSPEND and len(rest) == _U64.size:
        order = Suspend(vm, _U64.unpack(rest)[0])
        if not 0 < order.most <= MAX_STATE:
            raise RemoteProtocolError(f"expected room for a state, got {order.most}")
    else:
        raise RemoteProtocolError(f"expected an order, got op {op} of {len(data)}")
    if vm == 0:
        raise RemoteProtocolError("expected the number of a machine, got 0")
    if descriptors != descriptors_of(order):
        raise RemoteProtocolError(
            f"expected {descriptors_of(order)} descriptors with it, got {descriptors}"
        )
    return order


def _check_open(order: Open) -> None:
    named = order.source in (IMAGE, STATE)
    bodied = order.source in _WITH_BODY
    if (
        order.source not in (BARE, IMAGE, SNAPSHOT, STATE)
        or named != bool(order.name)
        or bodied != bool(order.length)
        or order.length > MAX_STATE
        or order.memory > MAX_STATE
    ):
        raise RemoteProtocolError(f"expected a machine that can be made, got {order}")


def encode_report(report: Report) -> bytes:
    """A report's datagram; texts are cut. Raises LocalProtocolError."""
    try:
        if isinstance(report, Ready):
            body = _READY_BODY.pack(report.version) + _cut(report.build)
            return _HEAD.pack(_READY, 0) + body
        if isinstance(report, Ended):
            body = _ENDED_BODY.pack(report.status) + _cut(report.reason)
            return _HEAD.pack(_ENDED, report.vm) + body
        return _HEAD.pack(_SUSPENDED, report.vm) + _U64.pack(report.length)
    except struct.error as error:
        raise LocalProtocolError(f"expected a report in range: {error}") from error


def decode_report(data: bytes) -> Report:
    """What the host tells. Raises RemoteProtocolError."""
    op, vm, rest = _split(data)
    if op == _READY and vm == 0 and len(rest) >= _READY_BODY.size:
        text = _text(rest[_READY_BODY.size :], MAX_TEXT)
        return Ready(_READY_BODY.unpack_from(rest)[0], text)
    if op == _ENDED and vm and len(rest) >= _ENDED_BODY.size:
        text = _text(rest[_ENDED_BODY.size :], MAX_TEXT)
        return Ended(vm, _ENDED_BODY.unpack_from(rest)[0], text)
    if op == _SUSPENDED and vm and len(rest) == _U64.size:
        return Suspended(vm, _U64.unpack(rest)[0])
    raise RemoteProtocolError(f"expected a report, got op {op} of {len(data)}")


def _split(data: bytes) -> tuple[int, int, bytes]:
    if not _HEAD.size <= len(data) <= MAX_DATAGRAM:
        raise RemoteProtocolError(
            f"expected a message of {_HEAD.size} to {MAX_DATAGRAM} bytes, got "
            f"{len(data)}"
        )
    op, vm = _HEAD.unpack_from(data)
    return op, vm, data[_HEAD.size :]


def _text(data: bytes, most: int) -> str:
    if len(data) > most:
        raise RemoteProtocolError(f"expected a text of {most} bytes, got {len(data)}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise RemoteProtocolError(f"expected UTF-8, got: {error}") from error


def _cut(text: str) -> bytes:
    data = text.encode(errors="replace")[:MAX_TEXT]
    return data.decode(errors="ignore").encode()


@dataclass(slots=True)
class HostLedger:
    """The supervisor's side: which machines a host has, and what it may report.

    A machine's number is never used again.
    """

    ready: Ready | None = None
    machines: set[int] = field(default_factory=set)
    suspending: dict[int, int] = field(default_factory=dict)
    """Machines whose state is awaited, and how many bytes it may have."""
    _last: int = 0

    def number(self) -> int:
        """A number for the next machine. Raises LocalProtocolError after 2^32."""
        if self._last >= MAX_ID:
            raise LocalProtocolError(
                "expected a host with numbers left, got one that has made 2^32 "
                "machines; start another"
            )
        self._last += 1
        return self._last

    def ordered(self, order: Order) -> None:
        """An order is about to be sent. Raises LocalProtocolError when it may not."""
        if isinstance(order, Open):
            if order.vm in self.machines or order.vm > self._last:
                raise LocalProtocolError(f"expected a new machine, got {order.vm}")
            self.machines.add(order.vm)
            return
        if order.vm not in self.machines:
            raise LocalProtocolError(f"expected a live machine, got {order.vm}")
        if isinstance(order, Suspend):
            if order.vm in self.suspending:
                raise LocalProtocolError(f"machine {order.vm} is being suspended")
            self.suspending[order.vm] = order.most

    def received(self, data: bytes) -> Report:
        """Check a report. Raises RemoteProtocolError; the host must then end."""
        report = decode_report(data)
        if isinstance(report, Ready):
            if self.ready is not None or report.version != HOST_VERSION:
                raise RemoteProtocolError(
                    f"expected one ready of version {HOST_VERSION}, got {report}"
                )
            self.ready = report
            return report
        if self.ready is None or report.vm not in self.machines:
            raise RemoteProtocolError(f"expected a report on a live one, got {report}")
        if isinstance(report, Ended):
            self.machines.discard(report.vm)
            self.suspending.pop(report.vm, None)
        elif report.length > self.suspending.pop(report.vm, -1):
            raise RemoteProtocolError(f"expected an awaited state, got {report}")
        return report
