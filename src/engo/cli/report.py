"""Rejections as one line each: `Name: message (file:line)`.

The place in the guest's code is not part of an error on the wire; Engo's daemon is
asked for it by the error's id. A daemon that cannot say is no problem.
"""

from __future__ import annotations

from ..captp.errors import CapTPError
from ..captp.values import JSError, RemoteError, Thrown
from .errors import Failure
from .inspector import inspect_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .client import Client

UNNAMED = "eval"  # what source without a file name is called
OURS = "engo:"  # how the names of Engo's own sources begin


def failure(client: Client, error: RemoteError | Thrown) -> Failure:
    """What a command ends with when a call was rejected."""
    if isinstance(error, Thrown):
        thrown = error.value
        return Failure(thrown if isinstance(thrown, str) else inspect_line(thrown))
    line = error_line(error)
    trace = _trace(client, error.error_id)
    place = _place(trace)
    stack = trace.get("stack")
    return Failure(
        f"{line} ({place})" if place else line,
        stack if isinstance(stack, str) and stack else None,
    )


def error_line(error: JSError) -> str:
    """`Name: message`, or the name alone."""
    message = str(error)
    return f"{error.js_name}: {message}" if message else error.js_name


def _trace(client: Client, error_id: str | None) -> dict[str, object]:
    """What the daemon knows of an error, empty when nothing."""
    if error_id is None or not client.session.connected:
        return {}
    try:
        found = client.wait(client.send(client.endo, "errorTrace", error_id))
    except (JSError, CapTPError, Thrown):
        return {}
    return found if isinstance(found, dict) else {}


def _place(trace: dict[str, object]) -> str:
    file, line = trace.get("file"), trace.get("line")
    if isinstance(line, bool) or not isinstance(line, int) or line < 1:
        return ""
    if not isinstance(file, str) or not file:
        file = UNNAMED
    return "" if file.startswith(OURS) else f"{file}:{line}"
