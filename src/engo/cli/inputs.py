"""Reading what the user names: files and standard input."""

from __future__ import annotations

import sys

from .errors import Failure

CHUNK = 65_536  # bytes of a blob that travel in one message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def read_text(word: str) -> str:
    """The word itself, or all of standard input when it is `-`."""
    return read_stdin_text() if word == "-" else word


def read_stdin_text() -> str:
    """All of standard input; raises Failure."""
    return text_of(stdin().read(), "standard input")


def stdin() -> BinaryIO:
    """Standard input as bytes; raises Failure when our caller closed it."""
    if sys.stdin is None:
        raise Failure("expected something on standard input, found it closed")
    return sys.stdin.buffer


def text_of(data: bytes, name: str) -> str:
    """The text of a file; raises Failure when it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Failure(
            f"expected UTF-8 text in {name}, got byte {data[error.start]:#04x} "
            f"at offset {error.start}"
        ) from error


def open_file(path: str) -> BinaryIO:
    """A file to read; raises Failure."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise cannot_read(path, error) from error


def cannot_read(path: str, error: OSError) -> Failure:
    return Failure(f"cannot read {path}: {error.strerror or error}")


def read_file_text(path: str) -> str:
    """The text of a file; raises Failure."""
    try:
        with open_file(path) as file:
            return text_of(file.read(), path)
    except OSError as error:  # a folder opens on some systems
        raise cannot_read(path, error) from error
