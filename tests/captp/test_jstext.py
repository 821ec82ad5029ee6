"""JSON as JavaScript writes it, and the bounds of the reader."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engo
from engo.captp import CapTPError, Limits, LocalProtocolError, NotPassable, jstext
from engo.captp.errors import (
    MalformedMessage,
    MessageTooLarge,
    NestingTooDeep,
    TooManyValues,
)
from tests import strategies as values


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (1e21, "1e+21"),
        (-1e21, "-1e+21"),
        (1.5e300, "1.5e+300"),
        (1e16, "10000000000000000"),
        (-1.25e20, "-125000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (999999999999999900000.0, "999999999999999900000"),
        (0.0001, "0.0001"),
        (0.00001, "0.00001"),
        (1.5e-6, "0.0000015"),
        (-0.000001, "-0.000001"),
        (1e-7, "1e-7"),
        (-1.25e-7, "-1.25e-7"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (2**53, "9007199254740992"),
        (2**60, "1152921504606847000"),
        (10**21, "1e+21"),
    ],
)
def test_number_text(number: float, text: str) -> None:
    assert jstext.number_text(number) == text


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**400])
def test_integers_that_no_double_equals(number: int) -> None:
    with pytest.raises(NotPassable, match="BigInt"):
        jstext.number_text(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_reads_back(number: float) -> None:
    assert float(jstext.number_text(number)) == number


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"\\/', '"\\"\\\\/"'),
        ("\b\f\n\r\t\0\x1f\x7f", '"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
        ("\u2028é😀", '"\u2028é😀"'),
        ("\ud800", '"\\ud800"'),
        ("x\udc00\ud800y", '"x\\udc00\\ud800y"'),
        ("\ud83d\ude00", '"😀"'),
    ],
)
def test_quote(text: str, written: str) -> None:
    assert jstext.quote(text) == written


def test_member_order() -> None:
    names = ["b", "10", "a", "9", "01", "4294967294", "4294967295", "-1", "", "٣"]
    assert jstext.member_order(names) == [
        *("9", "10", "4294967294"),
        *("b", "a", "01", "4294967295", "-1", "", "٣"),
    ]


def test_names_sort_by_utf16() -> None:
    assert jstext.utf16_sorted(["\uff5e", "\U0001f600", "a"]) == [
        *("a", "\U0001f600", "\uff5e"),
    ]


def test_stringify() -> None:
    value = {"b": [1, 2.0, True, False, None, "x"], "1": (), "n": math.nan}
    assert jstext.stringify(value) == (
        '{"1":[],"b":[1,2,true,false,null,"x"],"n":null}'
    )
    assert jstext.stringify(math.inf) == "null"


def test_stringify_refuses_what_json_cannot_say() -> None:
    with pytest.raises(NotPassable, match="plain JSON data, came set"):
        jstext.stringify(set())
    cyclic: list[object] = []
    cyclic.append(cyclic)
    with pytest.raises(LocalProtocolError, match="cyclic"):
        jstext.stringify(cyclic)


@given(values.json_data)
def test_round_trip(value: object) -> None:
    text = jstext.stringify(value)
    assert values.same(jstext.parse(text), value)
    assert values.same(json.loads(text, parse_int=float), value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", "[1,]", "nul", "1 2", "[] x", "{'a':1}", '"\t"', "\ufeff1"),
        *("NaN", "Infinity", "-Infinity", "[NaN]", '{"a"}', "[1", '"\\x"', "01", "+1"),
        *("\u00a01", "1\u00a0"),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(MalformedMessage, match="expected"):
        jstext.parse(text)


def test_white_space_is_that_of_json() -> None:
    assert jstext.parse(" \t\r\n[ 1 ]\n") == [1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("999999999999999", 999999999999999),
        ("9007199254740992", 2**53),
        ("9007199254740993", 2**53),
        ("123456789012345680000", 123456789012345680000.0),
        ("-0", 0),
        ("1" * 5000, math.inf),
        ("1e400", math.inf),
    ],
)
def test_numbers_are_doubles(text: str, value: float) -> None:
    assert jstext.parse(text) == value


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_depth_at_the_limit_and_one_past_it() -> None:
    jstext.parse(nested(256))
    with pytest.raises(NestingTooDeep, match="at most 256 levels of nesting, came 257"):
        jstext.parse(nested(257))


def test_depth_of_objects() -> None:
    limits = Limits(depth=3)
    jstext.parse('{"a":{"b":[]}}', limits)
    with pytest.raises(NestingTooDeep):
        jstext.parse('{"a":{"b":[{}]}}', limits)


@pytest.mark.parametrize("text", [nested(100_000), "[" * 100_000, '{"a":' * 100_000])
def test_a_hundred_thousand_deep(text: str) -> None:
    with pytest.raises(NestingTooDeep, match="came 100000"):
        jstext.parse(text)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    wide = "[" + ",".join(["[]"] * 1000) + "]"
    assert jstext.parse(wide) == [[]] * 1000


def test_brackets_in_strings_do_not_count() -> None:
    limits = Limits(depth=2, values=10)
    for text in ("[" * 50, '"[' * 50, '\\"[' * 50, "\\[" * 50, "," * 50, "\ud800[[[,"):
        assert jstext.parse(json.dumps([text]), limits) == [text]


def test_values_at_the_limit_and_one_past_it() -> None:
    limits = Limits(values=4)
    assert jstext.parse("[1,2,3,4]", limits) == [1, 2, 3, 4]
    with pytest.raises(TooManyValues, match="at most 4 values, came 5"):
        jstext.parse("[1,2,3,4,5]", limits)


def test_parsing_near_the_end_of_the_stack() -> None:
    def deep(left: int) -> object:
        return deep(left - 1) if left else jstext.parse(nested(250))

    def deeper_and_deeper() -> None:
        for depth in range(300, 2000):
            deep(depth)

    with pytest.raises((NestingTooDeep, RecursionError)):
        deeper_and_deeper()


def test_utf8_and_size() -> None:
    limits = Limits(message=4)
    assert jstext.decode_utf8(b"\xc3\xa9xy", limits) == "éxy"
    with pytest.raises(MessageTooLarge, match="at most 4 bytes, came 5"):
        jstext.decode_utf8(b"12345", limits)
    with pytest.raises(MalformedMessage, match="UTF-8"):
        jstext.decode_utf8(b"\xff")


@given(st.text(st.sampled_from('[]{}",:\\u0e1-. tfnas\ud800'), max_size=40))
def test_only_declared_errors_escape(text: str) -> None:
    with suppress(CapTPError):
        jstext.parse(text, Limits(depth=4, values=8))


def test_bad_json_is_a_named_error_before_json_was_imported() -> None:
    """CPython 3.11's C scanner needs json.decoder to say what is wrong."""
    program = (
        "import sys; from engo.captp import jstext\n"
        "from engo.captp.errors import MalformedMessage\n"
        "assert 'json' not in sys.modules\n"
        "try: jstext.parse('{bad')\n"
        "except MalformedMessage as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(Path(engo.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("expected JSON: Expecting property name"), done.stderr
