"""Suspended machines as bytes: the pages that differ from the image they began with.

A state is code, as a snapshot is: whoever resumes it runs it. So it carries the build
and the image that it belongs to and a digest under the owner's key, all looked at
before a machine sees a byte.

| offset | bytes | field |
|---|---|---|
| 0 | 8 | magic `ENGOHEAP` |
| 8 | 2 | format version, 1 |
| 10 | 2 | length of the image's name |
| 12 | 4 | pages of 4,096 bytes that follow |
| 16 | 8 | bytes of linear memory, a multiple of 65,536 |
| 24 | 8 | id of the key |
| 32 | 64 | build id, UTF-8, padded with NUL |
| 96 | 32 | SHA-256 of the image's memory |
| 128 | 64 | keyed BLAKE2b of bytes 0 to 127 and of all that follows the header |
| 192 | | the name; the page numbers, u32 each, ascending; the pages, by zlib |

Numbers are little-endian. A page is kept as what it is exclusive-or the image's page
(`engo.wasm.pages.difference`). Pages that are not named are those of the image, and
zero behind it. Bytes in, bytes out.
"""

import hashlib
import hmac
import struct
import zlib
from typing import Final, NamedTuple

from engo.wasm.sections import PAGE, WASM_PAGE

MAGIC: Final = b"ENGOHEAP"
FORMAT: Final = 1
MAX_MEMORY: Final = 1 << 32
_HEADER: Final = struct.Struct("<8sHHIQ8s64s32s64s")
HEADER_BYTES: Final = _HEADER.size
_DIGEST_AT: Final = 128
_LEVEL: Final = 5  # of zlib: a tenth less bytes than 1 for a millisecond, 6 is no less
_LARGE: Final = 64  # pages; a state of more is packed at level 1, in half the time


class DeltaError(ValueError):
    """The bytes are no suspended machine of ours, or not whole."""


class DeltaWrongKey(DeltaError):
    """It was suspended under another key."""


class DeltaForeign(DeltaError):
    """It is of another format, build or image."""


class Delta(NamedTuple):
    """A suspended machine. `pages` maps numbers to the difference of each page."""

    build: str
    image: str  # the name of the image
    image_digest: bytes  # of the image's memory
    memory: int  # bytes of linear memory
    pages: dict[int, bytes]


def _key_id(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=8, person=b"engo key id").digest()


def _digest(key: bytes, head: bytes, body: bytes | memoryview) -> bytes:
    digest = hashlib.blake2b(head, key=key, person=b"engo suspended")
    digest.update(body)
    return digest.digest()


def write_delta(delta: Delta, key: bytes) -> bytes:
    """The bytes of a suspended machine; `key` is of 32 bytes."""
    name = delta.image.encode()
    numbers = sorted(delta.pages)
    level = 1 if len(numbers) > _LARGE else _LEVEL
    body = b"".join(
        (
            name,
            struct.pack(f"<{len(numbers)}I", *numbers),
            zlib.compress(b"".join(delta.pages[n] for n in numbers), level),
        )
    )
    head = _HEADER.pack(
        MAGIC, FORMAT, len(name), len(numbers), delta.memory, _key_id(key),
        delta.build.encode(), delta.image_digest, b"",
    )[:_DIGEST_AT]  # fmt: skip
    return head + _digest(key, head, body) + body


def read_delta(data: bytes, key: bytes) -> Delta:
    """A suspended machine out of bytes that may be anything.

    Raises DeltaError, or DeltaWrongKey.
    """
    if len(data) < HEADER_BYTES or data[:8] != MAGIC:
        raise DeltaError(
            f"expected a suspended machine, got {len(data)} bytes that begin with "
            f"{data[:8]!r}"
        )
    (_, version, name_length, count, memory, key_id, build, image_digest, digest) = (
        _HEADER.unpack_from(data)
    )
    if version != FORMAT:
        raise DeltaForeign(f"expected format {FORMAT}, got {version}")
    if key_id != _key_id(key):
        raise DeltaWrongKey(
            f"expected a machine suspended under key {_key_id(key).hex()}, got one "
            f"under {key_id.hex()}"
        )
    body = memoryview(data)[HEADER_BYTES:]
    if not hmac.compare_digest(_digest(key, data[:_DIGEST_AT], body), digest):
        raise DeltaError(
            "expected the machine as it was suspended, got altered or missing bytes"
        )
    # From here on the bytes are our own; what follows guards against our defects.
    pages_at = name_length + 4 * count
    if memory % WASM_PAGE or not 0 < memory <= MAX_MEMORY or len(body) < pages_at:
        raise DeltaError(f"expected {count} pages of a memory, got {memory} bytes")
    numbers = struct.unpack_from(f"<{count}I", body, name_length)
    text = bytes(body[:name_length]).decode()
    return Delta(
        build.rstrip(b"\0").decode(),
        text,
        image_digest,
        memory,
        _pages(numbers, body[pages_at:], memory),
    )


def _pages(
    numbers: tuple[int, ...], packed: memoryview, memory: int
) -> dict[int, bytes]:
    size = len(numbers) * PAGE
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, size + 1)
    except zlib.error as error:
        raise DeltaError(f"expected pages packed by zlib, got {error}") from error
    if len(data) != size or not unpacker.eof:
        raise DeltaError(f"expected {size} bytes of pages, got {len(data)}")
    if numbers and numbers[-1] * PAGE >= memory:
        raise DeltaError(f"expected pages below {memory}, got page {numbers[-1]}")
    return {
        number: data[at * PAGE : (at + 1) * PAGE] for at, number in enumerate(numbers)
    }
