"""The pages of a suspended machine as a host process hands them over, uncompressed.

| bytes | field |
|---|---|
| 32 | SHA-256 of the image's memory |
| 8 | bytes of linear memory |
| 4 | pages that follow |
| | the page numbers, u32 each, ascending; their differences, 4,096 bytes each |

Little-endian. It has no digest: it lives in a memory file between two processes, and
what is kept is made of it by `engo.wasm.delta`. Bytes in, bytes out.
"""

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from engo.wasm.delta import MAX_MEMORY, DeltaError
from engo.wasm.sections import PAGE, WASM_PAGE

if TYPE_CHECKING:
    from mmap import mmap

_HEAD: Final = struct.Struct("<32sQI")
_ZERO: Final = bytes(PAGE)


class Pages(NamedTuple):
    """What differs from an image. `pages` maps numbers to the `difference` of each."""

    image_digest: bytes
    memory: int  # bytes of linear memory
    pages: Mapping[int, bytes | memoryview]


def difference(page: bytes | memoryview, image: "bytes | mmap", number: int) -> bytes:
    """A page exclusive-or the image's, zeroes behind its end; undoes itself.

    A page in which an object has changed is then nothing but zeroes around it, and
    takes a tenth of the room when packed.
    """
    base = image[number * PAGE : (number + 1) * PAGE]
    if not base or base == _ZERO:  # most pages of a large state
        return bytes(page)
    left, right = int.from_bytes(page, "little"), int.from_bytes(base, "little")
    return (left ^ right).to_bytes(PAGE, "little")


def write_pages(pages: Pages) -> list[bytes | memoryview]:
    """The bytes, in parts."""
    numbers = sorted(pages.pages)
    return [
        _HEAD.pack(pages.image_digest, pages.memory, len(numbers)),
        struct.pack(f"<{len(numbers)}I", *numbers),
        *(pages.pages[number] for number in numbers),
    ]


def read_pages(data: bytes | memoryview) -> Pages:
    """Pages out of bytes that may be anything. Raises DeltaError."""
    if len(data) < _HEAD.size:
        raise DeltaError(f"expected pages, got {len(data)} bytes")
    digest, memory, count = _HEAD.unpack_from(data)
    pages_at = _HEAD.size + 4 * count
    if memory % WASM_PAGE or not 0 < memory <= MAX_MEMORY:
        raise DeltaError(f"expected a memory of whole pages, got {memory} bytes")
    if len(data) != pages_at + count * PAGE:
        raise DeltaError(f"expected {count} pages, got {len(data)} bytes")
    numbers = struct.unpack_from(f"<{count}I", data, _HEAD.size)
    last = -1
    for number in numbers:
        if not last < number < memory // PAGE:
            raise DeltaError(f"expected pages of {memory} bytes in order, got {number}")
        last = number
    view = memoryview(data)[pages_at:]
    found = {n: view[i * PAGE : (i + 1) * PAGE] for i, n in enumerate(numbers)}
    return Pages(digest, memory, found)
