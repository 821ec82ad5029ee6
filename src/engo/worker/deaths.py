"""How a worker's end is told: from its exit status and from what we did to it."""

import signal

from engo.powers.spawn import Child
from engo.worker.errors import EXIT_REASONS, WorkerDied


def death_of_child(child: Child, status: int | None) -> WorkerDied:
    """The same, in the words of who carried it where there are some."""
    words = getattr(child, "ending", "")
    return WorkerDied(words, status) if words else death_of_status(status)


def death_of_status(status: int | None) -> WorkerDied:
    """The death of a worker that ended without a word."""
    if status is None:
        return WorkerDied("its link was closed")
    if status == -signal.SIGSYS:
        return WorkerDied("killed by SIGSYS: the confinement was violated", status)
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return WorkerDied(f"killed by {name}", status)
    reason = EXIT_REASONS.get(status, "it ended by itself")
    return WorkerDied(f"exit status {status}: {reason}", status)
