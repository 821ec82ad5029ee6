"""The rooms of docs/design.md and the arrows between them: imports go one way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "engo"

# room -> rooms it may import. Files directly in engo/ are entry files.
ARROWS: dict[str, set[str]] = {
    "captp": set(),
    "frames": set(),
    "formula": {"captp"},
    "store": {"formula"},
    "native": set(),
    "powers": set(),
    "packages": set(),
    "wasm": set(),
    "worker": {"frames", "native", "powers", "wasm"},
    "bootstrap": {"packages", "powers", "worker"},
    "daemon": {"captp", "formula", "frames", "store", "worker", "powers", "packages"},
    "cli": {"captp", "frames", "powers", "daemon"},
    "testing": {"captp", "frames", "worker", "store", "daemon", "powers", "formula"},
}
# The only files of a room that may meet the host's powers or another room's entry.
ENTRY_FILES = {
    "daemon": {"entry.py"},
}
# Modules of the standard library that reach the outside world.
POWERS = {
    "os",
    "socket",
    "time",
    "secrets",
    "subprocess",
    "asyncio",
    "random",
    "signal",
}
PURE = ("captp", "frames", "formula", "packages", "wasm")


def room_files(room: str) -> list[Path]:
    return sorted((SOURCE / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Absolute dotted names that a file imports, type-only imports included."""
    package = ["engo", *path.relative_to(SOURCE).parts[:-1]]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found.add(stem)
            found.update(f"{stem}.{alias.name}" for alias in node.names)
    return found


def rooms_of(path: Path) -> set[str]:
    names = (name.split(".") for name in imports(path))
    return {parts[1] for parts in names if parts[0] == "engo" and len(parts) > 1}


def test_every_room_is_named() -> None:
    rooms = {
        path.name
        for path in SOURCE.iterdir()
        if path.is_dir() and any(path.glob("*.py"))
    }
    assert rooms - set(ARROWS) == set()


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_arrows_point_one_way(room: str) -> None:
    for path in room_files(room):
        wrong = (rooms_of(path) & set(ARROWS)) - ARROWS[room] - {room}
        assert not wrong, f"{path.name} of {room} imports {sorted(wrong)}"


def test_the_page_shows_these_arrows() -> None:
    page = (SOURCE.parents[1] / "docs" / "design.md").read_text()
    rows = re.findall(r"^\| `src/engo/(\w+)/` \|.*\| ([^|]*) \|$", page, re.MULTILINE)
    assert {room for room, _ in rows} == set(ARROWS)
    for room, shown in rows:
        if not shown.startswith("all above"):
            assert set(re.findall(r"\w+", shown)) & set(ARROWS) == ARROWS[room], room


@pytest.mark.parametrize("room", PURE)
def test_protocol_code_has_no_powers(room: str) -> None:
    for path in room_files(room):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & POWERS, f"{path.name} of {room} imports {roots & POWERS}"


def test_only_the_entry_file_of_the_daemon_holds_powers() -> None:
    for path in room_files("daemon"):
        if path.name in ENTRY_FILES["daemon"]:
            continue
        assert "powers" not in rooms_of(path), f"{path.name} imports engo.powers"


def test_only_native_meets_the_compiled_module() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parent.name == "native":
            continue
        assert "engo._xsnap" not in imports(path), f"{path} imports engo._xsnap"


def test_only_the_store_speaks_sql() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parent.name != "store":
            assert "sqlite3" not in imports(path), f"{path} imports sqlite3"


def test_no_file_is_too_long() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        assert len(path.read_text().splitlines()) <= 500, f"{path} wants a split"
