"""Verbs that do the same for several names: all are tried, each failure is a line."""

from __future__ import annotations

from . import codes, output
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..captp.promise import Promise
    from .agent import Agent


def answer_all(
    agent: Agent, promises: list[Promise], names: list[str] | None = None
) -> int:
    """Wait for all; gives the exit code. `names` says before a failure whose it is."""
    code = codes.OK
    for index, promise in enumerate(promises):
        try:
            agent.answer(promise)
        except Failure as failure:
            whose = "" if names is None or len(names) < 2 else f"{names[index]}: "
            output.note(f"{whose}{failure}")
            code = failure.code
    return code
