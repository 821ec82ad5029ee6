"""What commands print: UTF-8 whatever the locale, and safe for a terminal.

Values and blobs go to stdout as they are. Text that a guest chose and that goes to
stderr has its control characters escaped: it must not steer the user's terminal.
"""

from __future__ import annotations

import os
import sys

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ONE_LINE = {**_CONTROLS, 9: " ", 10: "\\n", 13: "\\r"}
_LINES = {code: text for code, text in _CONTROLS.items() if code not in (9, 10)}


def encoded(text: str) -> bytes:
    """UTF-8; halves that meet are one character, lone ones are replaced."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        units = text.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "replace").encode()


def prepare() -> None:
    """Give us an output and an error stream if our caller closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def line(text: str) -> None:
    """A line of stdout."""
    sys.stdout.buffer.write(encoded(text) + b"\n")


def raw(data: bytes) -> None:
    """Bytes of stdout."""
    sys.stdout.buffer.write(data)


def note(text: str) -> None:
    """One line of stderr, whatever the text holds."""
    _to_stderr(text.translate(_ONE_LINE))


def console(text: str) -> None:
    """What a guest said: lines of stderr, with the same care."""
    _to_stderr(text.translate(_LINES))


def _to_stderr(text: str) -> None:
    sys.stdout.flush()  # so that the two keep their order in one terminal or file
    sys.stderr.buffer.write(encoded(text) + b"\n")
    sys.stderr.buffer.flush()


def flush() -> None:
    """Everything printed is with the reader; raises BrokenPipeError."""
    sys.stdout.buffer.flush()


def abandon() -> None:
    """Nobody reads stdout any more: let the rest of it go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def colours() -> bool:
    """Whether values should be coloured."""
    environ = os.environ
    return (
        sys.stdout.isatty()
        and not environ.get("NO_COLOR")
        and environ.get("TERM") != "dumb"
    )
