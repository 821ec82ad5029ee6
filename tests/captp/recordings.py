"""Reads `tests/vectors/captp`."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "vectors" / "captp"


def recording(number: str) -> list[tuple[str, bytes]]:
    """`(sender, message)` of every message of an exchange, in order."""
    [path] = FOLDER.glob(f"{number}-*.json")
    exchange = json.loads(path.read_text(encoding="utf-8"))
    return [
        (message["dir"].partition(">")[0], message["json"].encode())
        for message in exchange["messages"]
    ]


def sent_by(number: str, sender: str) -> list[bytes]:
    return [message for name, message in recording(number) if name == sender]
