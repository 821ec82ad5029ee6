"""A process that hosts machines, as its supervisor has it: orders out, reports in.

One thread reads the reports and sees to it that a machine ends which was killed; all
methods may be called from any thread. When the host breaks its protocol or does not
obey, it is killed, and all its machines have ended.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from engo.frames.errors import RemoteProtocolError
from engo.frames.hosting import (
    MAX_DATAGRAM,
    MAX_DESCRIPTORS,
    Ended,
    HostLedger,
    Kill,
    Open,
    Order,
    Suspend,
    Suspended,
    encode_order,
)
from engo.powers.hosting import HostedLine, HostProcess
from engo.powers.spawn import KILLED_WITHIN
from engo.worker.deaths import death_of_status
from engo.worker.errors import LaunchError

CONFIRM: Final = 2.0
"""Seconds in which a killed machine must have ended, or its host is killed: it ends
in milliseconds, but whoever is innocent in there should not die of a busy computer."""
START: Final = 120.0
"""Seconds in which a host must be ready; it may have to compile."""


class End(NamedTuple):
    """How a machine has ended."""

    status: int
    reason: str  # more words, or empty


class WasmHost:
    """One host process; owns it and its thread."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Start it. Raises LaunchError."""
        try:
            self._process = HostProcess(
                arguments,
                environment,
                longest=MAX_DATAGRAM,
                descriptors=MAX_DESCRIPTORS,
            )
        except OSError as error:
            raise LaunchError(
                f"expected to start {arguments[0]}, got: {error}"
            ) from error
        self._changed = threading.Condition()  # its lock is of everything below
        self._ledger = HostLedger()
        self._unsent: deque[tuple[bytes, list[int]]] = deque()  # descriptors are ours
        self._deadlines: dict[int, float] = {}  # of killed machines, by number
        self._ends: dict[int, End] = {}  # of machines that somebody will ask about
        self._states: dict[int, int] = {}  # lengths of written states
        self._forgotten: set[int] = set()  # nobody will ask about these
        self._gone: End | None = None  # the process has ended
        self._fault = ""  # why we killed it
        self._hung_up = False  # its end of the socket is closed
        self._closed = False
        self._ready_by = time.monotonic() + START
        self._thread = threading.Thread(target=self._run, name="engo-host", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def inherited(self) -> bool:
        """This process was forked from the one that started it."""
        return self._process.inherited

    @property
    def alive(self) -> bool:
        """It takes orders."""
        ended = self._gone is not None or self._hung_up or bool(self._fault)
        return not ended and not self._closed

    @property
    def build(self) -> str | None:
        """The build that it is of, once it is ready."""
        ready = self._ledger.ready
        return None if ready is None else ready.build

    @property
    def machines(self) -> int:
        """How many live machines it has."""
        return len(self._ledger.machines)

    # Orders

    def open(self, order: Open, line: HostedLine, body: int | None) -> int:
        """Have a machine made; its number. `order.vm` does not matter.

        The descriptor of the body stays the caller's. Raises LaunchError.
        """
        descriptors = [*line.descriptors, *(() if body is None else (body,))]
        with self._changed:
            if not self.alive:
                raise LaunchError("expected a host process that runs, got one ended")
            number = self._ledger.number()
            self._order(order._replace(vm=number), descriptors)
            return number

    def kill(self, number: int) -> None:
        """End a machine at once; harmless when it has ended."""
        with self._changed:
            known = number in self._ledger.machines
            if not self.alive or not known or number in self._deadlines:
                return
            if self._ledger.ready is None and self.machines == 1:
                self._fail("its only machine was killed before it was ready")
                return
            self._deadlines[number] = time.monotonic() + CONFIRM
            self._order(Kill(number), ())
            self._process.wake()  # the thread has a deadline now

    def suspend(self, number: int, most: int, file: int, seconds: float) -> int:
        """Have a machine's state written into a memory file; its length, or 0.

        Raises LocalProtocolError when the machine has ended.
        """
        with self._changed:
            self._order(Suspend(number, most), [file])
            self._changed.wait_for(
                lambda: number in self._states or number not in self._ledger.machines,
                seconds,
            )
            return self._states.pop(number, 0)

    def _order(self, order: Order, descriptors: Sequence[int]) -> None:
        """With the lock held. Raises LocalProtocolError."""
        data = encode_order(order)
        self._ledger.ordered(order)
        if not self._unsent and self._send(data, descriptors):
            return
        self._unsent.append((data, [os.dup(each) for each in descriptors]))
        self._process.wake()

    def _send(self, data: bytes, descriptors: Sequence[int]) -> bool:
        try:
            self._process.control.send(data, descriptors)
        except BlockingIOError:
            return False
        except OSError:
            pass  # it has ended; the thread tells everyone
        return True

    # Ends

    def end_of(self, number: int, seconds: float = 0) -> End | None:
        """How a machine has ended, waiting so long; None: it has not."""
        with self._changed:
            if self._end(number) is None:
                self._receive()
                if seconds > 0:
                    self._changed.wait_for(lambda: self._end(number), seconds)
            return self._end(number)

    def _end(self, number: int) -> End | None:
        return self._ends.get(number, self._gone)

    def forget(self, number: int) -> None:
        """Nobody will ask how this one ended."""
        with self._changed:
            if self._ends.pop(number, None) is None and self._gone is None:
                self._forgotten.add(number)

    # The thread

    def _run(self) -> None:
        while not self._turn():
            pass

    def _turn(self) -> bool:
        """Wait and see to what came; whether the process has ended."""
        with self._changed:
            deadline, _ = self._deadline()
            writing = bool(self._unsent)
        patience = None if deadline is None else max(0.001, deadline - time.monotonic())
        self._process.wait(patience, writing=writing)
        with self._changed:
            self._flush()
            self._receive()
            deadline, what = self._deadline()
            late = deadline is not None and deadline <= time.monotonic()
            if late and not self._hung_up:
                self._fail(what)
        if self._hung_up or self._fault:
            self._finish()
            return True
        return False

    def _deadline(self) -> tuple[float | None, str]:
        """When the host must have done what, in words for when it has not."""
        if self._ledger.ready is None:
            return self._ready_by, f"it was not ready within {START:g} s"
        first = min(self._deadlines.items(), key=lambda item: item[1], default=None)
        if first is None:
            return None, ""
        return first[1], f"machine {first[0]} did not end within {CONFIRM:g} s"

    def _flush(self) -> None:
        while self._unsent and self._send(*self._unsent[0]):
            _close_all(self._unsent.popleft()[1])

    def _receive(self) -> None:
        """Take what came, with the lock held, on whatever thread."""
        if self._closed or self._fault or self._gone or self._hung_up:
            return
        try:
            while True:
                data, descriptors = self._process.control.receive()
                _close_all(descriptors)
                if not data:  # an empty datagram, too, which comes only once
                    self._hung_up = True
                    self._process.wake()
                    return
                if descriptors:
                    raise RemoteProtocolError("expected no descriptors, got some")
                self._take(data)
        except BlockingIOError:
            pass
        except RemoteProtocolError as error:
            self._fail(str(error))

    def _take(self, data: bytes) -> None:
        report = self._ledger.received(data)
        if isinstance(report, Ended):
            self._deadlines.pop(report.vm, None)
            if report.vm in self._forgotten:
                self._forgotten.discard(report.vm)
            else:
                self._ends[report.vm] = End(report.status, report.reason)
        elif isinstance(report, Suspended):
            self._states[report.vm] = report.length
        else:  # it could not kill before
            late = time.monotonic() + CONFIRM
            self._deadlines = dict.fromkeys(self._deadlines, late)
            self._process.wake()  # the thread may not be the one that took this
        self._changed.notify_all()

    def fail(self, why: str) -> None:
        """It lied: end it, and all its machines."""
        with self._changed:
            self._fail(why)

    def _fail(self, why: str) -> None:
        self._fault = self._fault or why
        self._process.kill()
        self._process.wake()

    def _finish(self) -> None:
        """The process has ended or is about to: see it off, tell everyone."""
        patience = 0 if self._fault else CONFIRM
        while self._process.reap(patience) is None:
            self._process.kill()
            patience = KILLED_WITHIN
        status = self._process.status
        assert status is not None
        why = self._fault or death_of_status(status).reason
        with self._changed:
            self._gone = End(status, f"the process that hosted it ended: {why}")
            for _, descriptors in self._unsent:
                _close_all(descriptors)
            self._unsent.clear()
            self._deadlines.clear()
            self._forgotten.clear()
            self._ledger.machines.clear()
            self._changed.notify_all()

    # The end

    def close(self) -> None:
        """End the process and everything in it; harmless the second time."""
        if self._closed:
            return
        if self._process.inherited:
            self._closed = True
            self._process.close()
            return
        with self._changed:
            if self._gone is None:
                self._fail("its owner closed it")
        self._thread.join()
        self._closed = True
        self._process.close()


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
