"""Why an answer of Engo may differ from one of Node.js 20: a list, each with its test.

Anything else that differs is a defect of one of them. Not a test file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

UNDEFINED: Final = re.compile(
    r"(?:(?<!\w)(?!ReferenceError)\w+: )*get (\w+): undefined variable"
)
ZONE: Final = re.compile(r"(?: |%20)\(Coordinated(?: |%20)Universal(?: |%20)Time\)")


def alike(text: str) -> str:
    """An answer without what engines word in their own way."""
    return ZONE.sub("", UNDEFINED.sub(r"\1 is not defined", text))


def _has(*parts: str) -> Callable[[str, str, str], bool]:
    return lambda call, _ours, _theirs: any(part in call for part in parts)


def _typed(call: str, _ours: str, _theirs: str) -> bool:
    return re.search(r"(seal|freeze)\(new \w+\d+(Clamped)?Array", call) is not None


def _stack(_call: str, _ours: str, theirs: str) -> bool:
    return '"stack"' in theirs


def _digits(call: str, ours: str, theirs: str) -> bool:
    if re.search(r"hypot|\*\*", call) is None:
        return False
    both = [text.split("e") for text in (ours, theirs)]
    return both[0][1:] == both[1][1:] and both[0][0][:15] == both[1][0][:15]


def _order(call: str, ours: str, theirs: str) -> bool:
    both = ours.startswith("throws") and theirs.startswith("throws")
    return (
        both and re.search(r"\.set\w+\(|\.with\b|Big\w+Array.*fill", call) is not None
    )


def _gap(call: str, _ours: str, _theirs: str) -> bool:
    return re.search(r"stringify\(.*, (0\.5|1e-7|5e-324)\)", call) is not None


def _sort(call: str, _ours: str, _theirs: str) -> bool:
    return re.search(r"sort(ed)?\(mute\((?!\(a, b)", call, re.IGNORECASE) is not None


def _proxied(call: str, _ours: str, _theirs: str) -> bool:
    return "Proxy" in call and re.search("create|setPrototypeOf", call) is not None


EXPLAINED: Final = {
    "which texts other than ISO 8601's are dates is each engine's choice": _has(
        "Date.parse", "new Date("
    ),
    "primordials are hardened and have no constructors": _has("__proto__"),
    "a shim gives iterators a constructor of their own (ES2025)": _has("'constructor'"),
    "the shim of structuredClone looks at its options": _has("structuredClone"),
    "V8 seals typed arrays where ECMA-262 wants a TypeError; XS freezes them": _typed,
    "V8's errors own their stack": _stack,
    "the last digits of powers and roots are each library's own": _digits,
    "which of two wrong arguments is told of first": _order,
    "V8 does not write back the only item of what it sorts": _has(
        "prototype.sort.call"
    ),
    "V8 takes a gap of less than one for one without a letter": _gap,
    "how a sort ends whose function contradicts itself is each engine's choice": _sort,
    "V8 calls arrays what has a Proxy of one for its prototype": _proxied,
}


def unexplained(call: str, ours: str, theirs: str) -> bool:
    """Whether two answers differ for no reason that is known."""
    if alike(ours) == alike(theirs):
        return False
    return not any(reason(call, ours, theirs) for reason in EXPLAINED.values())
