"""A WebAssembly module taken apart and put together: code here, memory there.

engo.wasm is split so that its code is compiled once, and each image of a machine's
memory is a module of its own without code, which the runtime maps copy-on-write:

    code module   engo.wasm, but importing its memory as `engo.memory`, without data
    image module  a memory of so many pages, exported as `memory`, and its contents

A section is (id, payload); the format is that of the WebAssembly core specification.
Valid for modules whose data segments are all active, as engo.wasm's are: nothing in
the code then needs one at run time. Bytes in, bytes out; trusted input, since the
module is the wheel's own and its digest was checked.
"""

from collections.abc import Iterator
from typing import Final

HEADER: Final = b"\0asm\x01\0\0\0"
PAGE: Final = 4_096
"""Bytes of a page of the host, in which memories are compared and mapped."""
WASM_PAGE: Final = 65_536
IMPORT: Final = 2
MEMORY: Final = 5
EXPORT: Final = 7
DATA_COUNT: Final = 12
DATA: Final = 11
_MEMORY_KIND: Final = 2
_I32_CONST: Final = 0x41
_END: Final = 0x0B

Section = tuple[int, bytes]


class ModuleError(ValueError):
    """The bytes are no module, or not one of the kind that is split here."""


def unsigned(value: int) -> bytes:
    """LEB128 of a number from 0."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | 0x80 if value else low)
        if not value:
            return bytes(out)


def signed(value: int) -> bytes:
    """LEB128 of a signed number."""
    out = bytearray()
    while True:
        low = value & 0x7F
        value >>= 7
        done = (value == 0 and not low & 0x40) or (value == -1 and bool(low & 0x40))
        out.append(low if done else low | 0x80)
        if done:
            return bytes(out)


def read_unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number and where what follows it begins."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 28:
            raise ModuleError(f"expected a number of at most 5 bytes at {at}")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7


def split(module: bytes) -> list[Section]:
    """The sections of a module, in order. Raises ModuleError."""
    if module[: len(HEADER)] != HEADER:
        raise ModuleError(
            f"expected a WebAssembly module of version 1, got {module[:8]!r}"
        )
    at, sections = len(HEADER), []
    while at < len(module):
        kind = module[at]
        length, begin = read_unsigned(module, at + 1)
        at = begin + length
        if at > len(module):
            raise ModuleError(
                f"expected {length} bytes of section {kind}, got {len(module) - begin}"
            )
        sections.append((kind, module[begin:at]))
    return sections


def join(sections: list[Section]) -> bytes:
    """The module of these sections."""
    parts = [HEADER]
    for kind, payload in sections:
        parts += (bytes((kind,)), unsigned(len(payload)), payload)
    return b"".join(parts)


def _name(text: str) -> bytes:
    data = text.encode()
    return unsigned(len(data)) + data


def code_module(module: bytes) -> bytes:
    """engo.wasm without its memory, which it imports as `engo.memory`."""
    wanted = _name("engo") + _name("memory") + bytes((_MEMORY_KIND, 0)) + unsigned(1)
    sections, found = [], False
    for kind, payload in split(module):
        if kind == IMPORT:
            count, at = read_unsigned(payload, 0)
            payload = unsigned(count + 1) + payload[at:] + wanted
            found = True
        if kind not in (MEMORY, DATA, DATA_COUNT):
            sections.append((kind, payload))
    if not found:
        raise ModuleError("expected a module with imports, got one without")
    return join(sections)


def blank_module(module: bytes) -> bytes:
    """The image module of engo.wasm's own memory, before anything has run in it."""
    kept = {kind: payload for kind, payload in split(module) if kind in (MEMORY, DATA)}
    if MEMORY not in kept or DATA not in kept:
        raise ModuleError("expected a module with one memory and data, got neither")
    return join([(MEMORY, kept[MEMORY]), (EXPORT, _exports()), (DATA, kept[DATA])])


def image_module(memory: bytes | memoryview) -> bytes:
    """The image module of a memory: its pages that are not all zero.

    Raises ModuleError when the length is no multiple of 65,536.
    """
    pages, rest = divmod(len(memory), WASM_PAGE)
    if rest or not pages:
        raise ModuleError(
            f"expected a memory of whole pages of {WASM_PAGE} bytes, got {len(memory)}"
        )
    segments = [
        b"\0" + bytes((_I32_CONST,)) + signed(_as_signed(begin)) + bytes((_END,))
        + unsigned(end - begin) + memory[begin:end]
        for begin, end in runs(memory)
    ]  # fmt: skip
    return join(
        [
            (MEMORY, unsigned(1) + b"\0" + unsigned(pages)),
            (EXPORT, _exports()),
            (DATA, unsigned(len(segments)) + b"".join(segments)),
        ]
    )


def runs(memory: bytes | memoryview) -> Iterator[tuple[int, int]]:
    """Where the memory is not zero, in whole pages of 4,096 bytes: begin, end."""
    view, zero = memoryview(memory), bytes(PAGE)
    begin = -1
    for at in range(0, len(view), PAGE):
        if view[at : at + PAGE] == zero:
            if begin >= 0:
                yield begin, at
            begin = -1
        elif begin < 0:
            begin = at
    if begin >= 0:
        yield begin, len(view)


def _exports() -> bytes:
    return unsigned(1) + _name("memory") + bytes((_MEMORY_KIND, 0))


def _as_signed(offset: int) -> int:
    """An offset as the i32 that stands for it."""
    return offset - (1 << 32) if offset >= 1 << 31 else offset
