"""Random values, printed by us and by Node's own util.inspect."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from engo.captp.jstext import parse
from engo.cli.inspector import inspect

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = range(3)
VALUES = 400
SCRIPT = """
const { inspect } = require('util');
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n');
const both = line => {
  const value = JSON.parse(line);
  return [inspect(value), inspect(value, { colors: true })];
};
console.log(JSON.stringify(lines.map(both)));
"""
LENGTHS = (0, 1, 3, 5, 9, 14, 20, 40, 70, 100)
COUNTS = (0, 1, 2, 3, 5, 6, 7, 8, 12, 30, 101, 120)
ALPHABETS = (
    "abcdefgh",
    "abcXYZ019 _$-'\"`\\\n\t\x01\x7f\x9f",
    "abcäß漢字🐈é\u200d{",
)


class Maker:
    """Makes JSON values that meet every rule of the layout."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def text(self) -> str:
        letters = self._random.choice(ALPHABETS)
        return "".join(self._random.choices(letters, k=self._random.choice(LENGTHS)))

    def number(self) -> float:
        pick = self._random
        whole = pick.randint(-5, int(10 ** pick.randint(0, 15)))
        power = float(10 ** pick.randint(-9, 25))
        numbers: list[float] = [whole, whole / 8, pick.random() * power]
        return pick.choice(numbers)

    def value(self, depth: int) -> object:
        pick = self._random
        kind = pick.choice(["text", "number", "word", "list", "like", "record"])
        if kind == "text" or depth == 0:
            return self.text()
        if kind == "number":
            return self.number()
        if kind == "word":
            return pick.choice([None, True, False])
        count = pick.choice(COUNTS)
        if kind == "like":
            makers: list[Callable[[], object]] = [
                self.text,
                self.number,
                lambda: pick.randint(0, 999),
            ]
            one = pick.choice(makers)
            return [one() for _ in range(count)]
        inner = [self.value(depth - 1) for _ in range(min(count, 12))]
        return inner if kind == "list" else {self.text(): item for item in inner}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_values(seed: int) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to compare with")
    maker = Maker(seed)
    texts = [json.dumps(maker.value(1 + n % 5)) for n in range(VALUES)]
    done = subprocess.run(
        [node, "-e", SCRIPT],
        input="\n".join(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    for text, (plain, coloured) in zip(texts, json.loads(done.stdout), strict=True):
        assert inspect(parse(text)) == plain
        assert inspect(parse(text), colours=True) == coloured
