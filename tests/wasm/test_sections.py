"""Modules taken apart and put together, and suspended machines as bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.powers.package import module_path
from engo.wasm.delta import (
    HEADER_BYTES,
    MAX_MEMORY,
    Delta,
    DeltaError,
    DeltaForeign,
    DeltaWrongKey,
    read_delta,
    write_delta,
)
from engo.wasm.pages import difference
from engo.wasm.sections import (
    DATA,
    DATA_COUNT,
    MEMORY,
    PAGE,
    WASM_PAGE,
    ModuleError,
    blank_module,
    code_module,
    image_module,
    join,
    read_unsigned,
    runs,
    signed,
    split,
    unsigned,
)

KEY = bytes(range(32))
DELTA = Delta("0123456789abcdef", "endo", bytes(32), 3 * WASM_PAGE, {1: b"x" * PAGE})


@given(st.integers(0, (1 << 35) - 1))
def test_unsigned_numbers_are_read_back(value: int) -> None:
    data = unsigned(value)
    assert read_unsigned(data, 0) == (value, len(data))


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0, b"\x00"), (63, b"\x3f"), (64, b"\xc0\x00"), (-1, b"\x7f"), (-64, b"\x40"),
        (-65, b"\xbf\x7f"), (-(1 << 31), b"\x80\x80\x80\x80\x78"),
    ],
)  # fmt: skip
def test_signed_numbers_are_as_the_specification_has_them(
    value: int, data: bytes
) -> None:
    assert signed(value) == data


def test_a_module_is_split_and_joined() -> None:
    module = Path(module_path()).read_bytes()
    assert join(split(module)) == module
    code = split(code_module(module))
    assert {MEMORY, DATA, DATA_COUNT}.isdisjoint(kind for kind, _ in code)
    blank = split(blank_module(module))
    assert [kind for kind, _ in blank] == [MEMORY, 7, DATA]


@given(st.binary(max_size=60))
def test_what_is_no_module_is_refused_or_split(data: bytes) -> None:
    for candidate in (data, b"\0asm\x01\0\0\0" + data):
        try:
            sections = split(candidate)
        except ModuleError:
            continue
        assert b"".join(payload for _, payload in sections) in candidate or sections


def test_a_module_without_memory_is_no_image() -> None:
    empty = join([(1, b"\0")])
    with pytest.raises(ModuleError, match="one memory and data"):
        blank_module(empty)
    with pytest.raises(ModuleError, match="imports"):
        code_module(empty)


@given(st.sets(st.integers(0, 47), max_size=20))
def test_an_image_has_the_pages_that_are_not_zero(pages: set[int]) -> None:
    memory = bytearray(3 * WASM_PAGE)
    for page in pages:
        memory[page * PAGE + page] = 1
    found = {
        at // PAGE
        for begin, end in runs(bytes(memory))
        for at in range(begin, end, PAGE)
    }
    assert found == pages
    module = image_module(bytes(memory))
    assert len(module) < len(pages) * (PAGE + 16) + 100


@pytest.mark.parametrize("length", [0, 1, WASM_PAGE - 1, WASM_PAGE + PAGE])
def test_a_memory_is_of_whole_pages(length: int) -> None:
    with pytest.raises(ModuleError, match="whole pages"):
        image_module(bytes(length))


@given(
    st.dictionaries(st.integers(0, 47), st.binary(min_size=1, max_size=PAGE)),
    st.sampled_from(["bare", "endo", "é"]),
)
def test_a_state_is_read_back(parts: dict[int, bytes], image: str) -> None:
    pages = {number: part.ljust(PAGE, b"\0") for number, part in parts.items()}
    delta = DELTA._replace(image=image, pages=pages)
    assert read_delta(write_delta(delta, KEY), KEY) == delta


@given(st.binary(max_size=PAGE), st.binary(max_size=3 * PAGE), st.integers(0, 3))
def test_a_difference_undoes_itself(page: bytes, image: bytes, number: int) -> None:
    page = page.ljust(PAGE, b"\0")
    found = difference(page, image, number)
    assert difference(found, image, number) == page
    base = image[number * PAGE :][:PAGE].ljust(PAGE, b"\0")
    assert [one ^ other for one, other in zip(page, base, strict=True)] == list(found)


def test_every_altered_byte_of_a_state_is_seen() -> None:
    data = write_delta(DELTA, KEY)
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 0x10
        with pytest.raises(DeltaError):
            read_delta(bytes(altered), KEY)
        with pytest.raises(DeltaError):
            read_delta(data[:at], KEY)
    with pytest.raises(DeltaError):
        read_delta(data + b"\0", KEY)


@given(st.binary(max_size=300))
def test_what_is_no_state_is_refused(data: bytes) -> None:
    for candidate in (data, b"ENGOHEAP" + data.ljust(HEADER_BYTES, b"\0")):
        with pytest.raises(DeltaError):
            read_delta(candidate, KEY)


def test_another_key_and_another_format() -> None:
    data = write_delta(DELTA, KEY)
    with pytest.raises(DeltaWrongKey):
        read_delta(data, bytes(32))
    with pytest.raises(DeltaForeign, match="expected format 1, got 2"):
        read_delta(data[:8] + b"\2" + data[9:], KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"memory": 0}, {"memory": WASM_PAGE + 1}, {"memory": MAX_MEMORY + WASM_PAGE},
        {"pages": {48: bytes(PAGE)}}, {"pages": {1: bytes(PAGE - 1)}},
        {"pages": {1: bytes(PAGE + 1)}},
    ],
)  # fmt: skip
def test_our_own_wrong_states_are_refused_too(wrong: dict[str, object]) -> None:
    data = write_delta(DELTA._replace(**wrong), KEY)  # type: ignore[arg-type]
    with pytest.raises(DeltaError):
        read_delta(data, KEY)


def test_the_largest_memory() -> None:
    delta = DELTA._replace(memory=MAX_MEMORY, pages={(1 << 20) - 1: bytes(PAGE)})
    assert read_delta(write_delta(delta, KEY), KEY) == delta
