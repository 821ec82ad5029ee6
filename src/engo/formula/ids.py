"""Formula numbers, node numbers and the ids made of both, as Endo main writes them.

Numbers are 512 bits in 128 lower-case hex digits. Random ones are drawn elsewhere;
here they are only checked, joined, split and derived.
"""

import hashlib
from typing import Final, NewType

from engo.captp import JSError
from engo.captp.jstext import quote

FormulaNumber = NewType("FormulaNumber", str)
NodeNumber = NewType("NodeNumber", str)
FormulaId = NewType("FormulaId", str)

NUMBER_BYTES: Final = 64
NUMBER_DIGITS: Final = 2 * NUMBER_BYTES
_HEX: Final = frozenset("0123456789abcdef")


def is_number(text: object) -> bool:
    """Whether it is a number of a formula or of a node."""
    return (
        isinstance(text, str) and len(text) == NUMBER_DIGITS and _HEX.issuperset(text)
    )


def number_of_bytes(random: bytes) -> FormulaNumber:
    """The formula number of 64 random bytes."""
    if len(random) != NUMBER_BYTES:
        raise ValueError(f"expected {NUMBER_BYTES} random bytes, got {len(random)}")
    return FormulaNumber(random.hex())


def derive_number(nonce: FormulaNumber, purpose: str) -> FormulaNumber:
    """The number of a formula that every start must find again."""
    return FormulaNumber(hashlib.sha512((nonce + purpose).encode()).hexdigest())


def node_of_public_key(public_key: bytes) -> NodeNumber:
    """The node number of an Ed25519 public key (32 bytes)."""
    if len(public_key) != 32:
        raise ValueError(f"expected a key of 32 bytes, got {len(public_key)}")
    return NodeNumber(hashlib.sha512(public_key).hexdigest())


def make_id(number: FormulaNumber, node: NodeNumber) -> FormulaId:
    return FormulaId(f"{number}:{node}")


def split_id(text: object) -> tuple[FormulaNumber, NodeNumber]:
    """The two numbers of an id; raises JSError."""
    if isinstance(text, str):
        number, colon, node = text.partition(":")
        if colon and is_number(number) and is_number(node):
            return FormulaNumber(number), NodeNumber(node)
    shown = quote(text) if isinstance(text, str) else f'"{text!r}"'
    raise JSError(f"Invalid formula identifier {shown}")


def check_id(text: object) -> FormulaId:
    """The text as an id; raises JSError."""
    number, node = split_id(text)
    return make_id(number, node)
