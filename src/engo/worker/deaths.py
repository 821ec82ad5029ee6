"""How a worker's end is told: from its exit status and from what we did to it."""

import signal

from engo.worker.errors import EXIT_REASONS, WorkerDied


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
