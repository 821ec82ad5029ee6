"""Locators: `endo://<node>/?id=<number>&type=<type>`, for telling others of a value."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from engo.captp import JSError
from engo.captp.jstext import quote
from engo.formula.ids import FormulaId, FormulaNumber, NodeNumber, is_number, make_id
from engo.formula.types import TYPES

REMOTE = "remote"
"""The type in a locator of another node's value."""


class Locator(NamedTuple):
    number: FormulaNumber
    node: NodeNumber
    type: str

    @property
    def id(self) -> FormulaId:
        return make_id(self.number, self.node)


def format_locator(number: FormulaNumber, node: NodeNumber, kind: str) -> str:
    query = urlencode({"id": number, "type": kind})
    return f"endo://{node}/?{query}"


def parse_locator(text: object) -> Locator:
    """Raises JSError with Endo's text, which says what is invalid in it."""
    shown = quote(text) if isinstance(text, str) else "(an object)"

    def wrong(what: str) -> JSError:
        return JSError(f"Invalid locator {shown}: Invalid {what}.")

    if not isinstance(text, str):
        raise wrong("URL")
    try:
        url = urlsplit(text)
        query = parse_qsl(url.query, keep_blank_values=True)
    except ValueError:
        raise wrong("URL") from None
    if not url.scheme:
        raise wrong("URL")
    if url.scheme != "endo":
        raise wrong("protocol")
    if not is_number(url.netloc):
        raise wrong("node identifier")
    if sorted(name for name, _ in query) != ["id", "type"]:
        raise wrong("search params")
    members = dict(query)
    if not is_number(members["id"]):
        raise wrong("id")
    if members["type"] not in TYPES and members["type"] != REMOTE:
        raise wrong("type")
    return Locator(
        FormulaNumber(members["id"]), NodeNumber(url.netloc), members["type"]
    )
