"""Command lines that need no daemon: a folder each in cases/.

    args     the words, one a line
    stdin    what is on standard input, if anything
    stdout, stderr, code    what must come out; an absent file means empty, or 2

`<FOLDER>` stands for the folder that all paths are in. Write a case's first version
with `python -m tests.cli.test_cases NAME word...` and read it before committing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .peer import environment

CASES = Path(__file__).parent / "cases"


def run(folder: Path, words: list[str], stdin: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "engo", *words],
        env=environment(folder),
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    texts = (
        text.replace(str(folder), "<FOLDER>") for text in (done.stdout, done.stderr)
    )
    return (done.returncode, *texts)  # type: ignore[return-value]  # two of them


def read(path: Path, absent: str) -> str:
    return path.read_text() if path.exists() else absent


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case: Path, folder: Path) -> None:
    words = read(case / "args", "").splitlines()
    code, stdout, stderr = run(folder, words, read(case / "stdin", ""))
    assert stderr == read(case / "stderr", "")
    assert stdout == read(case / "stdout", "")
    assert code == int(read(case / "code", "2"))
    assert len(stderr.splitlines()) == (code != 0)


def write(name: str, words: list[str]) -> None:
    case = CASES / name
    case.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        code, stdout, stderr = run(Path(folder), words, read(case / "stdin", ""))
    (case / "args").write_text("".join(f"{word}\n" for word in words))
    for path, text, usual in (
        ("stdout", stdout, ""),
        ("stderr", stderr, ""),
        ("code", f"{code}\n", "2\n"),
    ):
        if text != usual:
            (case / path).write_text(text)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2:])
