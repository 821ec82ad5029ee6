"""The end of a log file, and what is appended to it from then on."""

from __future__ import annotations

import os
from time import sleep

from . import output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

BLOCK = 65_536  # bytes read at once
TICK_SECONDS = 0.1  # between looks at a file that is followed


def tail(file: BinaryIO, count: int | None) -> None:
    """Print the last lines, all of them for None; leaves the file at its end."""
    file.seek(0 if count is None else _start_of_last(file, count))
    while block := file.read(BLOCK):
        output.raw(block)


def _start_of_last(file: BinaryIO, count: int) -> int:
    """Where the last `count` lines begin."""
    end = file.seek(0, os.SEEK_END)
    if count == 0:
        return end
    wanted = count  # line ends still to be passed, going backwards
    position = end
    while position > 0:
        size = min(BLOCK, position)
        position -= size
        file.seek(position)
        block = file.read(size)
        at = size
        if position + size == end and block.endswith(b"\n"):
            at -= 1  # the end of the last line is not the begin of another
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            wanted -= 1
            if wanted == 0:
                return position + at + 1
    return 0


def follow(file: BinaryIO) -> None:
    """Print what is appended, until interrupted."""
    while True:
        block = file.read(BLOCK)
        if block:
            output.raw(block)
            output.flush()
        else:
            sleep(TICK_SECONDS)
