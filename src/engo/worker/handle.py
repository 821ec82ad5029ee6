"""A request that was submitted to a blocking worker and not waited for."""

from typing import TYPE_CHECKING, Any

from engo.worker.request import Request

if TYPE_CHECKING:
    from engo.worker.blocking import Worker


class Handle:
    """One submitted request."""

    __slots__ = ("_request", "_worker")

    def __init__(self, worker: "Worker", request: Request) -> None:
        self._worker = worker
        self._request = request

    @property
    def done(self) -> bool:
        """Whether the answer has come; asks nothing of the worker."""
        return self._request.done

    @property
    def meter(self) -> int:
        """Computrons of the request's last crank, once done."""
        return self._request.meter

    def result(self) -> Any:
        """Wait for the answer; raises as `Worker.evaluate`."""
        request = self._request
        if not request.done:
            self._worker._check()
            self._worker._pump.settle(request)
        return request.outcome()
