"""Where errors came from: the last ones that workers have reported, by error id.

An error that goes on to a client gets a new id there; the trace is found by both.
One that goes on to another worker and comes back from it is a new error, of which
nothing but its name and message is left: by these it gets its first place back.
"""

from collections import OrderedDict
from typing import TypeVar

from engo.captp import RemoteError
from engo.worker.errors import GuestError

Key = TypeVar("Key")

MAX_TRACES = 1_000
MAX_TEXT = 8_192
"""Characters kept of each text of a trace; guests choose them."""


class Traces:
    """The last 1,000 traces."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, GuestError] = OrderedDict()
        # Those that went on to a worker, by name and message.
        self._forwarded: OrderedDict[tuple[str, str], GuestError] = OrderedDict()

    def reported(self, error_id: str, trace: GuestError) -> None:
        """A worker has sent an error under this id."""
        trace = _cut(trace)
        if not trace.line:  # no frame of a guest: it came from elsewhere
            trace = self._forwarded.get((trace.name, trace.message), trace)
        _keep(self._traces, error_id, trace)

    def of_error(self, error: BaseException) -> GuestError | None:
        """The trace of an error that came from a worker."""
        if isinstance(error, RemoteError) and error.error_id is not None:
            return self._traces.get(error.error_id)
        return None

    def sent_to_worker(self, error_id: str, error: BaseException) -> None:
        """An error of one worker has gone on to another."""
        trace = self.of_error(error)
        if trace is not None:
            self.reported(error_id, trace)
            if trace.line:
                _keep(self._forwarded, (trace.name, trace.message), trace)


class ClientTraces:
    """The traces of the errors that went to one client, by its ids."""

    def __init__(self, traces: Traces) -> None:
        self._all = traces
        self._sent: OrderedDict[str, GuestError] = OrderedDict()

    def sent(self, error_id: str, error: BaseException) -> None:
        trace = self._all.of_error(error)
        if trace is not None:
            _keep(self._sent, error_id, trace)

    def find(self, error_id: object) -> dict[str, object] | None:
        """A trace as a record."""
        trace = self._sent.get(error_id) if isinstance(error_id, str) else None
        if trace is None:
            return None
        return {
            "file": trace.file,
            "line": trace.line,
            "message": trace.message,
            "name": trace.name,
            "stack": trace.stack,
        }


def _keep(traces: "OrderedDict[Key, GuestError]", key: Key, trace: GuestError) -> None:
    """Remember a trace, and forget the one that was remembered longest ago."""
    traces[key] = trace
    traces.move_to_end(key)
    if len(traces) > MAX_TRACES:
        traces.popitem(last=False)


def _cut(trace: GuestError) -> GuestError:
    return GuestError(
        trace.name[:MAX_TEXT],
        trace.message[:MAX_TEXT],
        trace.stack[:MAX_TEXT],
        trace.file[:MAX_TEXT],
        trace.line,
    )
