"""Hypothesis strategies that several test files share; no tests here."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from engo.captp import BigInt, Symbol, Tagged, Undefined

# Every character a JavaScript string can hold, lone surrogates included.
texts = st.text(st.characters(), max_size=12)
# Names that order in JavaScript's own way: indices, astral characters, marks.
names = st.one_of(
    texts,
    st.sampled_from(["0", "1", "10", "9", "01", "4294967294", "4294967295", "-1"]),
    st.sampled_from(["@qclass", "#tag", "#error", "!", "$0", "\U0001f600", "\uff5e"]),
)
exact_integers = st.integers(-(2**53), 2**53)
floats = st.floats(allow_nan=False)
numbers = st.one_of(exact_integers, floats)
plain_scalars = st.one_of(st.none(), st.booleans(), numbers, texts)

# Data that plain JSON can say.
json_data = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        exact_integers,
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)
    ),
    max_leaves=12,
)

# Everything passable but capabilities.
passable_data = st.recursive(
    st.one_of(
        plain_scalars,
        st.just(Undefined),
        st.integers().map(BigInt),
        texts.map(Symbol.registered),
        st.just(Symbol("@@asyncIterator")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(names, inner, max_size=4),
        st.builds(Tagged, texts, inner),
    ),
    max_leaves=12,
)


def same(left: object, right: object) -> bool:
    """Equality as a peer can see it: numbers by value and kind, halves joined."""
    if isinstance(left, str) and isinstance(right, str):
        return joined(left) == joined(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        first = {joined(name): value for name, value in left.items()}
        second = {joined(name): value for name, value in right.items()}
        return first.keys() == second.keys() and all(
            same(value, second[name]) for name, value in first.items()
        )
    if isinstance(left, Tagged) and isinstance(right, Tagged):
        return same(left.tag, right.tag) and same(left.payload, right.payload)
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return joined(left.name) == joined(right.name)
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    if isinstance(left, BigInt) != isinstance(right, BigInt):
        return False
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return left == right


def joined(text: str) -> str:
    """Surrogates that stand side by side as the one character that they are."""
    return text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )
