"""One package.json: its fields checked, and its `exports` and `imports` matched.

Pure: a manifest is made of bytes. Where packages lie is the resolver's business.
The rules are Node's for ES modules ("Modules: Packages", PACKAGE_TARGET_RESOLVE).
"""

import json
from collections.abc import Sequence
from typing import Any, Final

DEFAULT_CONDITIONS: Final = ("import", "xs", "default")
"""The conditions under which Engo resolves, `default` last by habit only: the order
of the keys in `exports` decides, as in Node."""


class ManifestError(Exception):
    """A package.json that cannot be understood; the text says why."""


class NoTarget(Exception):
    """`exports` or `imports` has nothing for the subpath under the conditions."""


class Manifest:
    """A parsed package.json."""

    __slots__ = ("_fields", "name")

    def __init__(self, data: bytes) -> None:
        """Raises ManifestError."""
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ManifestError(f"expected package.json as JSON: {error}") from error
        if not isinstance(fields, dict):
            raise ManifestError(
                f"expected package.json as an object, got {type(fields).__name__}"
            )
        self._fields: dict[str, Any] = fields
        self.name = self._text("name")  # None: the package has no name

    def _text(self, field: str) -> str | None:
        value = self._fields.get(field)
        if value is not None and not isinstance(value, str):
            raise ManifestError(
                f"expected {field} as a string, got {type(value).__name__}"
            )
        return value

    @property
    def has_exports(self) -> bool:
        """Whether `exports` alone says what others may import."""
        return self._fields.get("exports") is not None

    @property
    def entries(self) -> tuple[str, ...]:
        """The files that may be the package itself where it has no `exports`."""
        fields = (self._text("module"), self._text("main"))
        return (*(entry for entry in fields if entry), "index.js")

    def export(self, subpath: str, conditions: Sequence[str]) -> str:
        """The file (`./…`) that `exports` gives for `.` or `./subpath`.

        Raises NoTarget or ManifestError.
        """
        exports = self._fields["exports"]
        if not isinstance(exports, dict) or not _has_subpaths(exports):
            exports = {".": exports}
        target = _match(exports, subpath, conditions)
        if target is None or not target.startswith("./"):
            raise NoTarget(subpath)
        return target

    def internal(self, specifier: str, conditions: Sequence[str]) -> str:
        """What `imports` gives for a `#specifier`: a `./file` or a package's name.

        Raises NoTarget or ManifestError.
        """
        imports = self._fields.get("imports")
        if not isinstance(imports, dict):
            raise NoTarget(specifier)
        target = _match(imports, specifier, conditions)
        if target is None:
            raise NoTarget(specifier)
        return target


def _has_subpaths(exports: dict[str, Any]) -> bool:
    dotted = [key.startswith(".") for key in exports]
    if any(dotted) and not all(dotted):
        raise ManifestError(
            "expected the keys of exports to be all subpaths or all conditions"
        )
    return any(dotted)


def _match(table: dict[str, Any], key: str, conditions: Sequence[str]) -> str | None:
    """The target of the entry that fits best: exact, else the longest prefix."""
    if key in table and "*" not in key:
        return _target(table[key], "", conditions)
    best: tuple[int, str, str] | None = None
    for pattern in table:
        head, star, tail = pattern.partition("*")
        if not star or not key.startswith(head) or not key.endswith(tail):
            continue
        if len(key) < len(head) + len(tail) + 1:
            continue
        if best is None or len(head) > best[0]:
            best = (len(head), pattern, key[len(head) : len(key) - len(tail)])
    if best is None:
        return None
    return _target(table[best[1]], best[2], conditions)


def _target(target: object, star: str, conditions: Sequence[str]) -> str | None:
    if target is None:
        return None
    if isinstance(target, str):
        return target.replace("*", star)
    if isinstance(target, list):
        found = (_target(one, star, conditions) for one in target)
        return next((one for one in found if one is not None), None)
    if isinstance(target, dict):
        for condition, inner in target.items():
            if condition == "default" or condition in conditions:
                found_inner = _target(inner, star, conditions)
                if found_inner is not None:
                    return found_inner
        return None
    raise ManifestError(f"expected a target as a string, got {type(target).__name__}")
