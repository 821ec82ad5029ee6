"""Snapshot files: a header of 256 bytes, then XS's own snapshot.

XS trusts every byte of a snapshot, so all of this is checked before a machine
sees one. Bytes in, bytes out; who holds the files and the key is not known here.

| offset | bytes | field |
|---|---|---|
| 0 | 8 | magic `ENGOSNAP` |
| 8 | 2 | format version, 1 |
| 10 | 2 | kind of digest: 1 SHA-256 (images), 2 keyed BLAKE2b (all others) |
| 12 | 4 | 0 |
| 16 | 8 | length of the body |
| 24 | 8 | id of the key; 0 for kind 1 |
| 32 | 64 | build id, UTF-8, padded with NUL |
| 96 | 64 | engine signature, likewise |
| 160 | 64 | digest of the body, then bytes 0 to 159; kind 1 is padded with NUL |
| 224 | 32 | 0 |

Numbers are little-endian. The digest of an image is compiled into the extension;
that of any other snapshot needs the key that it was written with.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Protocol

from engo.worker.errors import (
    SnapshotAltered,
    SnapshotError,
    SnapshotForeign,
    SnapshotTruncated,
    SnapshotWrongKey,
    UsageError,
)

MAGIC: Final = b"ENGOSNAP"
FORMAT: Final = 1
IMAGE: Final = 1
KEYED: Final = 2
HEADER_BYTES: Final = 256
KEY_BYTES: Final = 32
MAX_BODY: Final = 1 << 40
_DIGEST_AT: Final = 160
_TEXT_BYTES: Final = 64
_READ: Final = 1 << 20
_HEADER: Final = struct.Struct("<8sHHIQ8s64s64s64s32s")


class Header(NamedTuple):
    """The fields of a header that was well formed."""

    kind: int
    length: int
    key_id: bytes
    build: str
    engine: str
    digest: bytes
    covered: bytes  # bytes 0 to 159, which the digest covers


def key_id(key: bytes) -> bytes:
    """Names a key without telling anything of it."""
    return hashlib.blake2b(key, digest_size=8, person=b"engo key id").digest()


def check_key(key: bytes) -> bytes:
    """The key; raises UsageError when it is not bytes, or not 32 of them."""
    if not isinstance(key, (bytes, bytearray)):
        came = type(key).__name__
    elif len(key) != KEY_BYTES:
        came = str(len(key))
    else:
        return bytes(key)
    raise UsageError(
        f"expected a snapshot key of {KEY_BYTES} bytes, got {came}; "
        "make one with secrets.token_bytes(32)"
    )


def _text(value: str, what: str) -> bytes:
    data = value.encode()
    if len(data) > _TEXT_BYTES or b"\0" in data:
        raise SnapshotError(
            f"expected a {what} of at most {_TEXT_BYTES} bytes without NUL, "
            f"got {value!r}"
        )
    return data


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


def _digester(key: bytes | None) -> _Digest:
    if key is None:
        return hashlib.sha256()
    return hashlib.blake2b(key=check_key(key), person=b"engo snapshot")


class SnapshotWriter:
    """Digests a body of any length as it passes; the header is known at its end."""

    def __init__(self, build: str, engine: str, key: bytes | None) -> None:
        """`key` None makes an image, whose digest is kept elsewhere."""
        self._build = _text(build, "build id")
        self._engine = _text(engine, "engine signature")
        self._key = key
        self._digest = _digester(key)
        self._length = 0  # bytes of body so far

    def update(self, part: bytes) -> None:
        """Another part of the body."""
        self._length += len(part)
        self._digest.update(part)

    def header(self) -> bytes:
        """The 256 bytes to put before the body; once."""
        covered = _HEADER.pack(
            MAGIC,
            FORMAT,
            IMAGE if self._key is None else KEYED,
            0,
            self._length,
            b"" if self._key is None else key_id(self._key),
            self._build,
            self._engine,
            b"",
            b"",
        )[:_DIGEST_AT]
        self._digest.update(covered)
        return (covered + self._digest.digest()).ljust(HEADER_BYTES, b"\0")


def parse_header(data: bytes) -> Header:
    """The header's fields.

    Raises SnapshotTruncated, SnapshotForeign or SnapshotAltered, nothing else.
    """
    if len(data) < HEADER_BYTES:
        if not MAGIC.startswith(data[: len(MAGIC)]):
            raise SnapshotForeign(_no_snapshot(data))
        raise SnapshotTruncated(
            f"expected a header of {HEADER_BYTES} bytes, got {len(data)}"
        )
    magic, version, kind, zero, length, key, build, engine, digest, rest = (
        _HEADER.unpack(data[:HEADER_BYTES])
    )
    if magic != MAGIC:
        raise SnapshotForeign(_no_snapshot(data))
    if version != FORMAT:
        raise SnapshotForeign(
            f"expected a snapshot of format {FORMAT}, got format {version}; "
            "make it again with this Engo"
        )
    if kind not in (IMAGE, KEYED) or zero or any(rest) or length > MAX_BODY:
        raise SnapshotAltered("expected a header as Engo writes it, got other fields")
    try:
        build_id = build.rstrip(b"\0").decode()
        signature = engine.rstrip(b"\0").decode()
    except UnicodeDecodeError as error:
        raise SnapshotAltered("expected names of UTF-8 in the header") from error
    return Header(kind, length, key, build_id, signature, digest, data[:_DIGEST_AT])


def _no_snapshot(data: bytes) -> str:
    return (
        f"expected a snapshot that begins with {MAGIC.decode()}, got {data[:8]!r}; "
        "is it the right file?"
    )


def check_build(header: Header, build: str, engine: str | None) -> None:
    """Raises SnapshotForeign when another build or engine wrote the snapshot."""
    for what, came, own in (
        ("build", header.build, build),
        ("engine", header.engine, engine),
    ):
        if own is not None and came != own:
            raise SnapshotForeign(
                f"expected a snapshot of {what} {own!r}, got one of {came!r}; "
                "make it again with this Engo"
            )


def checked_body(
    header: Header,
    read: Callable[[int], bytes],
    *,
    key: bytes | None,
    image_digest: bytes | None = None,
) -> Iterator[bytes]:
    """The body's parts; the last `next` raises when the digest differs.

    So nothing may be used before the iterator is exhausted. `key` is for a keyed
    snapshot, `image_digest` for an image.
    """
    own = IMAGE if key is None else KEYED
    if header.kind != own:
        raise SnapshotForeign(
            f"expected a snapshot of kind {own}, got kind {header.kind}; images and "
            "snapshots cannot stand for each other"
        )
    if key is not None and header.key_id != key_id(check_key(key)):
        raise SnapshotWrongKey(
            f"expected a snapshot of key {key_id(key).hex()}, got one of key "
            f"{header.key_id.hex()}; give the key it was written with"
        )
    digest = _digester(key)
    left = header.length
    while left:
        part = read(min(left, _READ))
        if not part:
            raise SnapshotTruncated(
                f"expected a body of {header.length} bytes, got {header.length - left}"
            )
        left -= len(part)
        digest.update(part)
        yield part
    if read(1):
        raise SnapshotAltered(
            f"expected the end after a body of {header.length} bytes, got more"
        )
    digest.update(header.covered)
    found = digest.digest()
    expected = header.digest[: len(found)] if image_digest is None else image_digest
    padding = header.digest[len(found) :]
    if not hmac.compare_digest(found, expected) or any(padding):
        raise SnapshotAltered(
            "expected the digest that the header names, got another; the snapshot "
            "was changed after it was written"
        )


def write_image(build: str, engine: str, body: bytes) -> bytes:
    """A whole image file, header and body; for the build."""
    writer = SnapshotWriter(build, engine, None)
    writer.update(body)
    return writer.header() + body


def image_digest(image: bytes) -> bytes:
    """The 32 bytes that are compiled into the extension for an image file."""
    header = parse_header(image)
    digest = hashlib.sha256(image[HEADER_BYTES:])
    digest.update(header.covered)
    return digest.digest()


def read_exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """Up to `size` bytes, fewer only at the end."""
    data = b""
    while len(data) < size:
        part = read(size - len(data))
        if not part:
            break
        if not isinstance(part, bytes):
            raise UsageError(
                f"expected a snapshot's stream to give bytes, got "
                f"{type(part).__name__}; open the file with mode 'rb'"
            )
        data += part
    return data
