"""Blobs in both directions: base64 chunks that the receiver pulls, one at a time."""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

from ..captp.remotable import Far
from ..captp.values import JSError, Undefined
from .errors import Failure
from .inputs import CHUNK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from .agent import Agent


def reader(stream: BinaryIO) -> Far:
    """A stream as the iterator that `storeBlob` pulls."""
    over = False

    def read(*ignored: object) -> object:
        nonlocal over
        try:
            chunk = b"" if over else stream.read(CHUNK)
        except OSError as error:
            raise JSError(f"cannot read: {error.strerror or error}") from error
        if not chunk:
            return end()
        return {"done": False, "value": b2a_base64(chunk, newline=False).decode()}

    def end(*ignored: object) -> object:
        nonlocal over
        over = True
        return {"done": True, "value": Undefined}

    return Far("AsyncIterator", {"next": read, "return": end, "throw": end})


def chunks(agent: Agent, blob: object) -> Iterator[bytes]:
    """The bytes of a readable blob; raises Failure."""
    stream = agent.send_to(blob, "streamBase64")
    coming = agent.send_to(stream, "next")
    while True:
        item = agent.answer(coming)
        if not isinstance(item, dict) or item.get("done") is not False:
            return
        coming = agent.send_to(stream, "next")  # on its way while this one is used
        text = item.get("value")
        try:
            yield a2b_base64(text if isinstance(text, str) else "!")
        except Error as error:
            raise Failure(f"expected base64 from the daemon: {error}") from error
