"""Bodies in both formats: others' vectors, round trips, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.captp import (
    BigInt,
    CapTPError,
    JSRangeError,
    Limits,
    NotPassable,
    RemoteError,
    RemoteProtocolError,
    Symbol,
    Tagged,
    Undefined,
    marshal,
)
from engo.captp.limits import MAX_DEPTH, MAX_DIGITS
from tests import strategies as values

if TYPE_CHECKING:
    from collections.abc import Callable

    Encode = Callable[..., tuple[str, list[str]]]

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "marshal-vectors.json").read_text("utf-8")
)["vectors"]
ENCODERS: dict[str, Encode] = {
    "capdata": marshal.encode_capdata,
    "smallcaps": marshal.encode_smallcaps,
}
both = pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)


class Capability:
    """Stands for a remotable or promise in these tests."""

    def __init__(self, slot: str, iface: str | None) -> None:
        self.slot = slot
        self.iface = iface


def slot_for(value: object) -> tuple[str, str | None]:
    if isinstance(value, Capability):
        return value.slot, value.iface
    return marshal.no_slots(value)


def error_id(error: BaseException) -> str | None:
    return error.error_id if isinstance(error, RemoteError) else None


def refuse(slot: str, iface: str | None) -> object:
    raise AssertionError(f"no slot was expected: {slot}")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
@pytest.mark.parametrize("form", ENCODERS)
def test_vectors(vector: dict[str, dict[str, object]], form: str) -> None:
    body, slots = str(vector[form]["body"]), vector[form]["slots"]
    assert isinstance(slots, list)
    value = marshal.decode(body, list(slots), Capability)
    assert ENCODERS[form](value, slot_for, error_id) == (body, slots)
    other = vector["smallcaps" if form == "capdata" else "capdata"]
    other_value = marshal.decode(str(other["body"]), list(slots), Capability)
    assert ENCODERS[form](other_value, slot_for, error_id) == (body, slots)


@both
@given(value=values.passable_data)
def test_round_trip(encode: Encode, value: object) -> None:
    body, slots = encode(value)
    assert slots == []
    assert values.same(marshal.decode(body, [], refuse), value)


@both
def test_tuples_and_subclasses_go_as_what_they_extend(encode: Encode) -> None:
    class Name(str):
        __slots__ = ()

    class Count(int):
        pass

    class Items(list[object]):
        pass

    class Record(dict[str, object]):
        pass

    odd = (Name("n"), Count(3), Items([1]), Record(a=1))
    assert encode(odd) == encode(["n", 3, [1], {"a": 1}])


@both
def test_slots_are_numbered_in_the_order_of_names(encode: Encode) -> None:
    first, second = Capability("o+1", "Alleged: A"), Capability("o+2", "Alleged: B")
    body, slots = encode({"9": first, "10": second}, slot_for)
    assert slots == ["o+2", "o+1"]  # "10" sorts before "9" ...
    assert body.index("Alleged: A") < body.index("Alleged: B")  # ... 9 is written first


@both
def test_errors_without_an_id(encode: Encode) -> None:
    body, _ = encode(JSRangeError("far out"))
    error = marshal.decode(body, [], refuse)
    assert isinstance(error, RemoteError)
    assert (error.js_name, error.message) == ("RangeError", "far out")
    assert error.error_id is None
    assert error.details is None


@pytest.mark.parametrize(
    "body",
    [
        '{"@qclass":"error","errorId":"e#1","message":"m","name":"N","cause":[1]}',
        '#{"#error":"m","errorId":"e#1","name":"N","cause":[1]}',
    ],
)
def test_errors_may_carry_more(body: str) -> None:
    error = marshal.decode(body, [], refuse)
    assert isinstance(error, RemoteError)
    assert error.details == {"cause": [1]}
    assert repr(error) == "RemoteError('N', 'm', 'e#1')"


def test_escapes_cannot_hide_a_qclass() -> None:
    body = '{"\\u0040qclass":"undefined"}'
    assert marshal.decode(body, [], refuse) is Undefined


def test_deprecated_symbol() -> None:
    value = marshal.decode('{"@qclass":"@@asyncIterator"}', [], refuse)
    assert value == Symbol("@@asyncIterator")


MALFORMED = [
    '{"@qclass":5}',
    '{"@qclass":"ibid","index":0}',
    '{"@qclass":"nonsense"}',
    '{"@qclass":"bigint","digits":5}',
    '{"@qclass":"bigint","digits":""}',
    '{"@qclass":"bigint","digits":"--1"}',
    '{"@qclass":"bigint","digits":"0x1"}',
    '{"@qclass":"bigint","digits":"٣"}',
    '{"@qclass":"bigint"}',
    '{"@qclass":"symbol","name":5}',
    '{"@qclass":"symbol","name":"@@nonsense"}',
    '{"@qclass":"tagged","tag":5,"payload":1}',
    '{"@qclass":"tagged","tag":"t"}',
    '{"@qclass":"slot","index":1}',
    '{"@qclass":"slot","index":-1}',
    '{"@qclass":"slot","index":0.5}',
    '{"@qclass":"slot","index":true}',
    '{"@qclass":"slot"}',
    '{"@qclass":"slot","index":0,"iface":5}',
    '{"@qclass":"slot","index":0,"more":1}',
    '{"@qclass":"error","message":5,"name":"N"}',
    '{"@qclass":"error","message":"m"}',
    '{"@qclass":"error","message":"m","name":"N","errorId":5}',
    '{"@qclass":"hilbert"}',
    '{"@qclass":"hilbert","original":1,"rest":{}}',
    '{"@qclass":"hilbert","original":1,"rest":5}',
    '{"@qclass":"hilbert","original":1,"rest":{"@qclass":"hilbert","original":1}}',
    '{"@qclass":"hilbert","original":1,"rest":{"@qclass":"undefined"}}',
    '["@qclass"',
    '#"#nonsense"',
    '#"%@@nonsense"',
    '#"+"',
    '#"-x"',
    '#"$"',
    '#"$x"',
    '#"$1"',
    '#"&99999999999"',
    '#"(reserved"',
    '#{"#nonsense":1}',
    '#{"$0":1}',
    '#{"#tag":5,"payload":1}',
    '#{"#tag":"#undefined","payload":1}',
    '#{"#tag":"t","payload":1,"more":1}',
    '#{"#tag":"t"}',
    '#{"#error":5,"name":"N"}',
    '#{"#error":"m","message":"m","name":"N"}',
    '#{"#error":"m","name":"N","a":1,"!a":1}',
    "#",
    "",
]


@pytest.mark.parametrize("body", MALFORMED)
def test_malformed(body: str) -> None:
    with pytest.raises(RemoteProtocolError, match="expected"):
        marshal.decode(body, ["o+1"], Capability)


@both
def test_what_cannot_be_sent(encode: Encode) -> None:
    cyclic: list[object] = []
    cyclic.append(cyclic)
    for value in (
        object(),
        {1, 2},
        b"bytes",
        {1: 2},
        {"a": 1, 2: 3},
        2**53 + 1,
        cyclic,
    ):
        with pytest.raises(NotPassable, match="expected"):
            encode(value)


@both
def test_encoding_near_the_end_of_the_stack(encode: Encode) -> None:
    value: object = 1
    for _ in range(200):
        value = Tagged("t", value)

    def deep(left: int) -> object:
        return deep(left - 1) if left else encode(value)

    def deeper_and_deeper() -> None:
        for depth in range(300, 2000):
            deep(depth)

    with pytest.raises((NotPassable, RecursionError)):
        deeper_and_deeper()


def nest(depth: int, wrap: Callable[[object], object]) -> object:
    value: object = 1
    for _ in range(depth):
        value = wrap(value)
    return value


@both
@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: [value],
        lambda value: {"a": value},
        lambda value: Tagged("t", value),
        lambda value: {"@qclass": value},
    ],
)
def test_depth_both_ways(encode: Encode, wrap: Callable[[object], object]) -> None:
    body, _ = encode(nest(MAX_DEPTH, wrap))
    assert encode(marshal.decode(body, [], refuse)) == (body, [])
    with pytest.raises(NotPassable, match="within the depth limit"):
        encode(nest(MAX_DEPTH + 1, wrap))


@both
def test_bigint_digits_at_the_limit_and_past_it(encode: Encode) -> None:
    longest = BigInt(10 ** (MAX_DIGITS - 2))
    body, _ = encode(longest)
    assert marshal.decode(body, [], refuse) == longest
    with pytest.raises(NotPassable, match="digits"):
        encode(BigInt(10**MAX_DIGITS))
    fits = marshal.decode('#"+' + "9" * MAX_DIGITS + '"', [], refuse)
    assert isinstance(fits, BigInt)
    with pytest.raises(RemoteProtocolError, match="digits"):
        marshal.decode('#"+' + "9" * (MAX_DIGITS + 1) + '"', [], refuse)


body_texts = st.lists(
    st.sampled_from(
        [
            *('{"@qclass":', '"slot"', '"hilbert"', '"error"', '"tagged"', '"bigint"'),
            *(',"index":', ',"original":', ',"rest":', ',"payload":', ',"tag":'),
            *(',"message":', ',"name":', ',"digits":', '{"#tag":', '{"#error":'),
            *("{", "}", "[", "]", ",", '"a":', "0", "-1", "null", "true", "1e5"),
            *('"$0"', '"&1"', '"+7"', '"%x"', '"#NaN"', '"!x"', '"x"', '"\\u0040"'),
        ]
    ),
    max_size=14,
).map("".join)


@given(body_texts, st.booleans())
def test_only_declared_errors_escape(body: str, smallcaps: bool) -> None:
    try:
        value = marshal.decode(
            ("#" if smallcaps else "") + body,
            ["o+1", "p+2"],
            Capability,
            Limits(depth=8),
        )
    except CapTPError:
        return
    for encode in ENCODERS.values():
        again, slots = encode(value, slot_for, error_id)
        marshal.decode(again, slots, Capability)
