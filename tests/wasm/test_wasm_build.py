"""The module's build says what it lacks, and its repairs leave native code alone."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest

from native.xs import fetch, pipeline, wasm
from native.xs.compile import CompileError
from native.xs.flavours import NORMAL
from native.xs.repairs import apply_all

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_compiler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "find_spec", lambda _: None)
    with pytest.raises(CompileError, match=r"pip install ziglang==\d"):
        wasm.zig()


def test_another_release_of_the_compiler_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wasm, "version", lambda _: "0.1.0")
    with pytest.raises(CompileError, match=r"it is 0\.1\.0"):
        wasm.zig()


def test_the_compiler_is_in_the_wheel() -> None:
    assert wasm.zig().program.endswith("zig")


def test_releases_are_pinned_once() -> None:
    project = tomllib.loads((pipeline.ROOT / "pyproject.toml").read_text())
    needed = project["build-system"]["requires"]
    (runtime,) = [one for one in needed if one.startswith("wasmtime")]
    assert f"ziglang=={wasm.ZIG}" in needed
    assert f"ziglang=={wasm.ZIG}" in project["project"]["optional-dependencies"]["test"]
    assert runtime in project["project"]["dependencies"]


def test_native_builds_go_without_the_modules_files() -> None:
    names = {path.name for path in pipeline.own_sources()}
    assert names >= wasm.NATIVE_ONLY
    assert not names & {path.name for path in pipeline.XSNAP.glob("wasm/*.c")}
    assert not {path.name for path in wasm.own_sources()} & wasm.NATIVE_ONLY


def preprocessed(tree: Path, name: str) -> str:
    """What the native compiler would see of a file of XS, but for lines' numbers."""
    (unit,) = [one for one in pipeline.units(NORMAL, tree) if one.source.name == name]
    flags = [flag for flag in unit.flags if "mxHoistSetjmp" not in flag]
    command = [pipeline.compiler(), *flags, "-E", "-P", str(unit.source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.sub(rf'{re.escape(str(tree))}([^"]*)",\d+', r'\1",0', done.stdout)


@pytest.mark.parametrize("name", ["xsRun.c", "xsAll.c"])
def test_without_its_defines_the_engine_is_as_before(tmp_path: Path, name: str) -> None:
    seen = []
    for leave_out in (("v12", "w01"), ()):
        tree = tmp_path / "-".join(("tree", *leave_out))
        archive = fetch.archive(fetch.engine_pin(), pipeline.CACHE)
        fetch.unpack(archive, tree, below="moddable")
        apply_all(tree, leave_out)
        seen.append(preprocessed(tree, name).split())
    without, with_both = seen
    assert with_both == without
