"""The thread that lets the watchdog look while its worker's owner blocks in a read.

It is started with the first request, looks a few times a second while the machine
works, and sleeps without a timeout while it rests. It ends with the worker.
"""

import threading

from engo.worker.core import WorkerCore
from engo.worker.watchdog import Verdict

_PATIENCE = 5.0  # seconds; an interpreter that ends may have stopped the thread


class Watcher:
    """Watches one worker. Its owner counts `asked` up before it reads `active`.

    That order matters: the thread goes to rest by clearing `active` and then
    looking at `asked` once more, so one of the two always sees the other.
    """

    def __init__(self, core: WorkerCore) -> None:
        self._core = core
        self.asked = 0  # requests made, counted by the owner
        self.active = False  # the thread looks, or is about to
        self._thread: threading.Thread | None = None  # None: not started
        self._wake = threading.Event()  # set: become active, or stop
        self._stop = threading.Event()  # set once, by close

    def activate(self) -> None:
        """Have the machine watched from now on; for the owner."""
        self.active = True
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name="engo-watcher", daemon=True
            )
            self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """End the thread; before the child is closed."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            while self.active and not self._stop.wait(self._core.watchdog.interval):
                self._look()

    def _look(self) -> None:
        asked = self.asked
        if self._core.look() is Verdict.REST:
            self.active = False
            if self.asked != asked:
                self.active = True
