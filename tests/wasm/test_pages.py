"""Pages as a host hands them over: read back, and refused when they are none."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.wasm.delta import MAX_MEMORY, DeltaError
from engo.wasm.pages import Pages, read_pages, write_pages
from engo.wasm.sections import PAGE, WASM_PAGE

DIGEST = bytes(range(32))


def written(memory: int, numbers: list[int]) -> bytes:
    pages = {number: bytes([number % 251]) * PAGE for number in numbers}
    return b"".join(map(bytes, write_pages(Pages(DIGEST, memory, pages))))


@given(st.sets(st.integers(0, 31), max_size=8))
def test_pages_are_read_back(numbers: set[int]) -> None:
    found = read_pages(written(2 * WASM_PAGE, sorted(numbers)))
    assert (found.image_digest, found.memory) == (DIGEST, 2 * WASM_PAGE)
    assert {n: bytes(page) for n, page in found.pages.items()} == {
        n: bytes([n % 251]) * PAGE for n in numbers
    }


@given(st.binary(max_size=200))
def test_any_bytes_are_pages_or_an_error(data: bytes) -> None:
    with contextlib.suppress(DeltaError):
        read_pages(data)


def test_every_length_but_the_right_one_is_refused() -> None:
    whole = written(WASM_PAGE, [1, 3])
    for length in range(0, len(whole), 97):
        with pytest.raises(DeltaError):
            read_pages(whole[:length])
    with pytest.raises(DeltaError):
        read_pages(whole + b"x")


@pytest.mark.parametrize(
    ("memory", "numbers"),
    [
        (0, []),
        (WASM_PAGE + 1, []),
        (MAX_MEMORY + WASM_PAGE, []),
        (WASM_PAGE, [16]),
        (WASM_PAGE, [3, 3]),
        (WASM_PAGE, [3, 1]),
    ],
)
def test_wrong_sizes_and_numbers_are_refused(memory: int, numbers: list[int]) -> None:
    head = struct.pack(f"<32sQI{len(numbers)}I", DIGEST, memory, len(numbers), *numbers)
    with pytest.raises(DeltaError):
        read_pages(head + bytes(PAGE) * len(numbers))


def test_more_pages_than_there_are_bytes_takes_no_memory() -> None:
    with pytest.raises(DeltaError):
        read_pages(struct.pack("<32sQI", DIGEST, WASM_PAGE, 0xFFFF_FFFF))
