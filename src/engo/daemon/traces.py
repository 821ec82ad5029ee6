"""Where errors came from: the last ones that workers have reported, by error id.

An error that goes on to a client gets a new id there; the trace is found by both.
"""

from collections import OrderedDict

from engo.captp import RemoteError
from engo.worker.errors import GuestError

MAX_TRACES = 1_000
MAX_TEXT = 8_192
"""Characters kept of each text of a trace; guests choose them."""


class Traces:
    """The last 1,000 traces."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, GuestError] = OrderedDict()

    def reported(self, error_id: str, trace: GuestError) -> None:
        """A worker has sent an error under this id."""
        self._traces[error_id] = _cut(trace)
        self._traces.move_to_end(error_id)
        if len(self._traces) > MAX_TRACES:
            self._traces.popitem(last=False)

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


class ClientTraces:
    """The traces of the errors that went to one client, by its ids."""

    def __init__(self, traces: Traces) -> None:
        self._all = traces
        self._sent: OrderedDict[str, GuestError] = OrderedDict()

    def sent(self, error_id: str, error: BaseException) -> None:
        trace = self._all.of_error(error)
        if trace is not None:
            self._sent[error_id] = trace
            if len(self._sent) > MAX_TRACES:
                self._sent.popitem(last=False)

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


def _cut(trace: GuestError) -> GuestError:
    return GuestError(
        trace.name[:MAX_TEXT],
        trace.message[:MAX_TEXT],
        trace.stack[:MAX_TEXT],
        trace.file[:MAX_TEXT],
        trace.line,
    )
