"""JSON's size and depth before delivery."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.json_guard import (
    JsonTooDeep,
    JsonTooLong,
    check_json,
    nests_deeper,
)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_depth_limit_and_one_past() -> None:
    check_json(nested(500))
    with pytest.raises(JsonTooDeep, match="at most 500 deep"):
        check_json(nested(501))


def test_a_hundred_thousand_deep() -> None:
    with pytest.raises(JsonTooDeep):
        check_json(nested(100_000))


def test_size_limit_and_one_past() -> None:
    check_json(b'"aa"', limit=4)
    with pytest.raises(JsonTooLong, match="at most 4 bytes, got 5"):
        check_json(b'"aaa"', limit=4)


def test_brackets_in_strings_do_not_count() -> None:
    text = json.dumps(["[" * 5000, '\\"[[[', {"{": "}"}]).encode()
    assert not nests_deeper(text, 2)
    assert nests_deeper(text, 1)


def test_wide_is_not_deep() -> None:
    assert not nests_deeper(json.dumps([[]] * 5000).encode(), 2)


def test_unfinished_text_ends() -> None:
    assert not nests_deeper(b'"' + b"[" * 5000, 10)
    assert nests_deeper(b"[" * 5000, 10)


VALUES = st.recursive(
    st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


def depth_of(value: object) -> int:
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 0


@given(VALUES, st.booleans())
def test_agrees_with_a_real_parser(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    depth = depth_of(value)
    assert not nests_deeper(text, depth)
    if depth:
        assert nests_deeper(text, depth - 1)


@given(st.binary())
def test_fuzz(text: bytes) -> None:
    nests_deeper(text, 1)
