"""Verbs that do the same for several names: all are tried, each failure is a line."""

from __future__ import annotations

from . import codes, output
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..captp.promise import Promise
    from .agent import Agent


def answer_all(agent: Agent, promises: list[Promise]) -> int:
    """Wait for all; gives the exit code."""
    code = codes.OK
    for promise in promises:
        try:
            agent.answer(promise)
        except Failure as failure:
            output.note(str(failure))
            code = failure.code
    return code
