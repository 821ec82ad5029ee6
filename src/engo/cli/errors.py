"""What ends a command early: one line for stderr and an exit code each.

CommandError
├── UsageError       the command line is wrong
└── Failure          what was asked for could not be done
    └── CannotConnect    nobody answers on the socket
"""

from __future__ import annotations

from . import codes


class CommandError(Exception):
    """`str()` is the line to print; `code` the exit code."""

    code = codes.FAILURE


class UsageError(CommandError):
    """The command line is wrong; the line says what was expected."""

    code = codes.USAGE


class Failure(CommandError):
    """What was asked for could not be done.

    `detail` is more for `--debug`, such as the guest's own stack.
    """

    def __init__(self, line: str, detail: str | None = None) -> None:
        super().__init__(line)
        self.detail = detail


class CannotConnect(Failure):
    """Nobody answers on the daemon's socket."""


class StateTaken(Failure):
    """Another daemon has the state, and may be about to listen."""
