"""docs/library.md, run block by block from top to bottom."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    text = PAGE.read_text()
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) >= 8
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks:
        # Empty lines before it make an error name the line of the page.
        line = text.count("\n", 0, block.start(1))
        code = compile("\n" * line + block.group(1), str(PAGE), "exec")
        exec(code, names)


def test_every_public_name_is_told() -> None:
    import engo

    text = PAGE.read_text()
    untold = [
        name
        for name in engo.__all__
        if name not in text
        and name not in ("AsyncWorker", "Handle", "ConsoleLine", "WorkerStatus")
    ]
    assert untold == ["RemoteProtocolError"]
