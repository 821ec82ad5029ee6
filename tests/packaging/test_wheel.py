"""A wheel, made from this tree and put into an empty environment, runs guests.

What was compiled before is used again (build/), so this takes seconds. Libraries that
Engo needs are lent by the environment that runs the tests: nothing is downloaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from native.xs.assemble import image_names

ROOT = Path(__file__).parents[2]
SECONDS = 300
LENT = ("anyio", "cffi", "cryptography", "msgpack", "wasmtime")
# Setuptools writes beside the sources unless it is told otherwise.
ELSEWHERE = """\
[build]
build_base = {folder}/base
[egg_info]
egg_base = {folder}
[bdist_wheel]
bdist_dir = {folder}/wheel
"""
GUEST = """
import sys, engo
print(engo.__file__)
with engo.Worker(engine=sys.argv[1], image=sys.argv[2]) as worker:
    print(worker.evaluate("[1, 2, 3].map(n => n * 2).join()"))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS)]


def run(*words: str | Path, **more: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        cwd=ROOT,
        env={**os.environ, **more},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    config = folder / "elsewhere.cfg"
    config.write_text(ELSEWHERE.format(folder=folder))
    run(
        sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation",
        "--disable-pip-version-check", "--wheel-dir", folder,
        DIST_EXTRA_CONFIG=str(config),
    )  # fmt: skip
    (made,) = folder.glob("engo-*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel, and no pip."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    program = folder / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", program, "install", wheel, "--no-deps",
        "--no-index", "--disable-pip-version-check",
    )  # fmt: skip
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "lent.pth").write_text("".join(f"{one}\n" for one in lenders()))
    return program


def lenders() -> list[str]:
    """The folders that the libraries lie in; .pth files there are not looked at."""
    found = set()
    for name in LENT:
        spec = find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        found.add(str(Path(spec.origin).parents[1]))
    return sorted(found)


def test_the_wheel_has_every_part_of_the_build(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {f"engo/images/{name}" for name in image_names()}
    wanted |= {"engo/_xsnap.abi3.so", "engo/bin/engo-xsnap", "engo/py.typed"}
    assert wanted <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"engo"}


@pytest.mark.parametrize("image", ["bare", "endo", "endo-intl"])
@pytest.mark.parametrize("engine", ["native", "wasm", "wasm-child"])
def test_a_guest_runs(python: Path, engine: str, image: str) -> None:
    words = (python, "-I", "-c", GUEST, engine, image)
    # What is compiled for this computer is kept per user: here, per environment.
    cache = python.parents[1] / "cache"
    place, value = run(*words, XDG_CACHE_HOME=str(cache)).splitlines()
    assert Path(place).is_relative_to(python.parents[1])
    assert value == "2,4,6"


def test_the_command_is_installed(python: Path) -> None:
    version = run(python.with_name("engo"), "--version").strip()
    assert version == run(python, "-I", "-c", "import engo; print(engo.__version__)"
                          ).strip()  # fmt: skip
