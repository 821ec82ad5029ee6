"""Printing a value on stdout: as text, or as JSON."""

from __future__ import annotations

from . import output
from .inspector import display


def value(shown: object, *, json: bool = False, trim: bool = False) -> None:
    """Print a value; `trim` takes blanks off both ends of a string."""
    if json:
        output.line(json_text(shown))
    else:
        if trim and isinstance(shown, str):
            shown = shown.strip()
        output.line(display(shown, output.colours()))


def json_text(shown: object) -> str:
    """A value as JSON, in the capdata form where JSON has no word for it.

    `{"@qclass": "bigint", "digits": "10"}` is 10n; undefined, NaN, symbols, tagged
    values and errors likewise; a capability is a slot with its interface.
    """
    from ..captp.marshal import encode_capdata

    return encode_capdata(shown, _slot_for)[0]


def _slot_for(capability: object) -> tuple[str, str | None]:
    iface = getattr(capability, "iface", None)
    return "", iface if isinstance(iface, str) else None
