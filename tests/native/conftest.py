"""The choice of which build the native tests run: --flavour normal, asan or stress.

Paths of what the build makes are known here; the tests themselves are elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REBUILD = {
    "normal": "python build_ffi.py --shell",
    "asan": "python build_ffi.py --asan",
    "stress": "python build_ffi.py --stress",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--flavour",
        choices=sorted(REBUILD),
        default="normal",
        help="which build of the test shell runs the repairs' guest programs",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Tests of one build only are not there for the others."""
    if config.getoption("--flavour", default="normal") != "stress":
        items[:] = [item for item in items if item.path.name != "test_stress.py"]


@pytest.fixture(scope="session")
def flavour(request: pytest.FixtureRequest) -> str:
    """The build under test; `normal` where the option was not known yet."""
    return str(request.config.getoption("--flavour", default="normal"))


@pytest.fixture(scope="session")
def shell(flavour: str) -> Path:
    """The test shell, which runs one script in a bare machine."""
    named = os.environ.get("ENGO_SHELL")
    path = Path(named) if named else ROOT / "build" / "out" / flavour / "engo-shell"
    if not path.is_file():
        made_by = "unset ENGO_SHELL" if named else f"run `{REBUILD[flavour]}`"
        pytest.fail(f"expected the test shell at {path}: {made_by}", pytrace=False)
    return path
