"""Readable blobs: contents of the store as objects, and reading a peer's chunks.

Bytes travel as base64 texts, one piece for each call of `next`.
"""

from base64 import b64encode
from binascii import Error, a2b_base64
from typing import TYPE_CHECKING

from engo.captp import (
    Exo,
    Far,
    JSError,
    JSRangeError,
    JSSyntaxError,
    JSTypeError,
    RemoteProtocolError,
    Undefined,
    method,
)
from engo.captp.jstext import parse
from engo.captp.limits import DEFAULT_LIMITS
from engo.daemon.coroutines import until
from engo.store.content import ContentReader, ContentWriter

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

_DONE: dict[str, object] = {"done": True, "value": Undefined}


class ReadableBlob(Exo):
    """A content of the store."""

    def __init__(self, daemon: "Daemon", sha512: str) -> None:
        super().__init__(f"Readable file with SHA-512 {sha512[:8]}...")
        self._daemon = daemon
        self._sha512 = sha512

    @method
    def sha512(self) -> str:
        return self._sha512

    @method("streamBase64")
    def stream_base64(self) -> Far:
        reading = _Reading(
            self._daemon, ContentReader(self._daemon.content, self._sha512)
        )
        return Far(
            "AsyncIterator",
            {"next": reading.next, "return": reading.end, "throw": reading.end},
        )

    @method
    async def text(self) -> str:
        return (await self._whole()).decode("utf-8", "replace")

    @method
    async def json(self) -> object:
        text = await self.text()
        try:
            return parse(text, DEFAULT_LIMITS)
        except RemoteProtocolError as error:
            raise JSSyntaxError(f"the blob is not valid JSON: {error}") from error

    async def _whole(self) -> bytes:
        run, content = self._daemon.outside.run, self._daemon.content
        size = await until(run(content.size, self._sha512))
        if size > DEFAULT_LIMITS.message:
            raise JSRangeError(
                f"expected a blob of at most {DEFAULT_LIMITS.message} bytes, got "
                f"{size}; use streamBase64"
            )
        reader = ContentReader(content, self._sha512)
        data: bytes = await until(run(reader.read, size))
        await until(run(reader.read))  # the end, where it is checked
        return data


class _Reading:
    """One reading of a content, from its beginning to its end."""

    def __init__(self, daemon: "Daemon", reader: ContentReader) -> None:
        self._run = daemon.outside.run
        self._reader = reader
        self._last = daemon.turns.resolved(_DONE)
        self._over = False

    def next(self, *_: object) -> object:
        if self._over:
            return _DONE
        # In a row: calls may be made before the answers to others.
        self._last = self._last.then(self._read)
        return self._last

    def _read(self, _: object) -> object:
        return _DONE if self._over else self._run(self._reader.read).then(self._piece)

    def _piece(self, data: bytes) -> object:
        if not data:
            self._over = True
            return _DONE
        return {"done": False, "value": b64encode(data).decode()}

    def end(self, *_: object) -> object:
        self._over = True
        return _DONE


async def receive(daemon: "Daemon", reader: object, writer: ContentWriter) -> None:
    """Pull all of a peer's iterator into a content; raises JSError, StoreError.

    When the peer hangs up, its iterator's answer is a rejection.
    """
    while True:
        item = await until(daemon.turns.send(reader, "next", Undefined))
        if not isinstance(item, dict) or not isinstance(item.get("done"), bool):
            raise JSTypeError("expected an iterator's item: a record with done")
        if item["done"]:
            break
        text = item.get("value")
        if not isinstance(text, str):
            raise JSTypeError("expected base64 text in an iterator's item")
        try:
            data = a2b_base64(text, strict_mode=True)
        except (Error, ValueError) as error:
            raise JSError(f"expected base64 text: {error}") from error
        writer.write(data)
    await until(daemon.outside.run(writer.sync))
