"""Pet names, special names and paths of names: what is one, and Endo's error texts."""

import re
from collections.abc import Iterable
from typing import Final, NewType

from engo.captp import BigInt, JSError, Undefined
from engo.captp.jstext import quote

PetName = NewType("PetName", str)
Name = NewType("Name", str)
"""A pet name or a special name."""

MAX_PATH: Final = 256
"""Names in one path; Endo has no limit, we want one."""

_PET: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,127}\Z")
_SPECIAL: Final = re.compile(r"[A-Z][A-Z0-9-]{0,127}\Z")

HOST_SPECIALS: Final = (
    "APPS",
    "AGENT",
    "SELF",
    "MAIN",
    "ENDO",
    "NETS",
    "PINS",
    "INFO",
    "MAIL",
    "NONE",
)
"""The special names of a host, in the order in which error texts list them."""


def is_pet_name(name: object) -> bool:
    return isinstance(name, str) and _PET.match(name) is not None


def is_name(name: object) -> bool:
    """Whether it is a pet name or a special name."""
    return is_pet_name(name) or (
        isinstance(name, str) and _SPECIAL.match(name) is not None
    )


def shown(value: object) -> str:
    """A value in an error text, near enough to Endo's `q`."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BigInt):
        return f'"[{int(value)}n]"'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(shown(item) for item in value)}]"
    if value is None:
        return "null"
    return '"[undefined]"' if value is Undefined else "(an object)"


def check_pet_name(name: object) -> PetName:
    """A name that can be bound; raises JSError."""
    if not is_pet_name(name):
        raise JSError(f"Invalid pet name {shown(name)}")
    return PetName(str(name))


def check_name(name: object) -> Name:
    """A name that can be looked up; raises JSError."""
    if not is_name(name):
        raise JSError(f"Invalid name {shown(name)}")
    return Name(str(name))


def check_path(path: object) -> list[Name]:
    """The names of a path that was given as a list; raises JSError."""
    if not isinstance(path, (list, tuple)) or not path:
        raise JSError("Invalid name path")
    if len(path) > MAX_PATH:
        raise JSError(f"expected a path of at most {MAX_PATH} names, got {len(path)}")
    return [check_name(name) for name in path]


def check_name_or_path(name_or_path: object) -> list[Name]:
    """The names of a path given as a list, or of one name; raises JSError."""
    if isinstance(name_or_path, str):
        return [check_name(name_or_path)]
    return check_path(name_or_path)


def unknown_special(name: str, specials: Iterable[str]) -> JSError:
    """The error for a name in capitals that means nothing here."""
    return JSError(
        f"Invalid pet name {quote(name)} and not one of {', '.join(specials)}"
    )
