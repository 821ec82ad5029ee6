"""README's tour, typed into a shell: each `$ engo` line gives what is shown below it.

Also: the links of README and docs lead to files that are there.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .cli.peer import environment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED = ("engo ", "cat ")


def steps() -> list[tuple[str, str]]:
    """Each command of the tour with the output that is shown for it."""
    found = []
    for block in BLOCK.findall(README):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            if command.startswith(TYPED):
                found.append((command, shown))
    return found


@pytest.mark.timeout(120)
def test_the_tour(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("r")  # short: a socket's path is limited
    (folder / "bin").mkdir()
    script = folder / "bin" / "engo"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m engo "$@"\n')
    script.chmod(0o755)
    env = environment(folder)
    env["PATH"] = f"{script.parent}:{env['PATH']}"
    tour = steps()
    assert len(tour) > 10, "the tour was not found"
    assert tour[-1][0] == "engo stop", "the tour leaves a daemon behind"
    try:
        for command, shown in tour:
            ran = subprocess.run(
                ["sh", "-c", command],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert ran.stdout == shown, f"$ {command}"
    finally:
        subprocess.run([script, "stop"], env=env, check=False)


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
