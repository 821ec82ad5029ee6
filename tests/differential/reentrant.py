"""Random calls of built-in functions whose guests do hostile things in the middle.

`python -m tests.differential.reentrant --shell build/out/asan/engo-shell --rounds 500`
runs as many programs of a hundred calls; a seed gives the same calls again. Told is
each call that ends the shell by a signal or a sanitizer's report, and each that changed
what was hardened, petrified or fixed. The hostile part is in reentrant.js. Not a test
file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent
STATUS_ABORTED: Final = 70
# What is called, on what: the tables of calls.py and what only this one calls.
_CALLS: Final = json.loads((HERE / "calls.json").read_text("utf-8"))
_OWN: Final = json.loads((HERE / "reentrant.json").read_text("utf-8"))
RECEIVERS: Final[dict[str, list[str]]] = _OWN["receivers"]
METHODS: Final[dict[str, list[str]]] = {
    kind: [*_CALLS["methods"].get(kind, []), *_OWN["extra"].get(kind, [])]
    for kind in RECEIVERS
}
CALLED: Final = [
    name for name in (*_CALLS["calls"], *_OWN["more"]) if name != "structuredClone"
]
SYNTAX: Final[list[str]] = _OWN["syntax"]
OFTEN: Final = (*(("Array",) * 6), *(("Uint8Array",) * 4), *(("RegExp",) * 3), "String")
CALLS_BACK: Final = re.compile(
    "every|some|filter|find|forEach|map|flatMap|reduce|sort|toSorted|replace"
)
# Their functions take whatever is like them, a proxy too.
GENERIC: Final = frozenset({"Array", "Object", "RegExp", "Function"})


class Finding(NamedTuple):
    """What went wrong, with the calls from the start of its program."""

    seed: int
    call: str
    what: str
    source: str


class Writer:
    """Writes expressions; everything comes from one random number generator."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def _number(self) -> str:
        return str(self._random.randrange(128))

    def _filled(self, text: str) -> str:
        """Each N becomes a number."""
        return re.sub(r"\bN\b", lambda _: self._number(), text)

    def receiver(self, kind: str = "") -> str:
        """An object that a function is called on or given."""
        random = self._random
        kind = kind or random.choice((*RECEIVERS, "Array", "Uint8Array"))
        return self._filled(f"({random.choice(RECEIVERS[kind])})")

    def argument(self) -> str:
        """Something that mostly runs an act when it is used."""
        random, n = self._random, self._number()
        plain = ("victim", "beside", f"given({n})", "undefined", "1", "'a'")
        live = (
            f"number({n})", f"value({n})", f"text({n})", f"callback({n})",
            f"callback({n})", f"number({n})", f"primitives({n})", f"iterable({n})",
            f"maker({n})", f"proxied({self.receiver()}, {n})", f"hostile({n})",
            f"rig({self.receiver()}, {n})", f"steady[{random.randrange(13)}]",
        )  # fmt: skip
        return random.choice(live if random.random() < 0.85 else plain)

    def _arguments(self) -> str:
        count = self._random.choice((0, 1, 1, 2, 2, 3, 3, 4))
        return ", ".join(self.argument() for _ in range(count))

    def _method(self) -> str:
        random = self._random
        kind = random.choice((*RECEIVERS, *OFTEN))
        name = random.choice(METHODS[kind])
        # Mostly on its own kind, sometimes on whatever there is.
        chosen = kind if random.random() < 0.92 else ""
        receiver = self.receiver(chosen)
        n = self._number()
        dice = random.random()
        if dice < 0.5:
            made = f"rig({receiver}, {n})"
        elif dice < 0.65 and kind in GENERIC:
            made = f"proxied({receiver}, {n})"
        elif dice < 0.72:
            made = f"steady[{random.randrange(13)}]"
        else:
            made = receiver
        key = f"[{name}]" if name.startswith("Symbol.") else f".{name}"
        given = self._arguments()
        if CALLS_BACK.search(name) and random.random() < 0.8:
            given = ", ".join((f"callback({n})", self.argument()))
            if "replace" in name:
                given = ", ".join((self.argument(), f"callback({n})"))
        owner = kind if kind not in ("Iterator", "BigInt", "Uint8Array") else ""
        if owner and chosen != kind:
            call = f"{owner}.prototype{key}.call(victim, {given})"
        else:
            call = f"victim{key}({given})"
        return f"victim = {made}; return {call}"

    def _function(self) -> str:
        name = self._random.choice(CALLED)
        victim = f"rig({self.receiver()}, {self._number()})"
        return f"victim = {victim}; return {name}({self._arguments()})"

    def _syntax(self) -> str:
        text = self._random.choice(SYNTAX)
        parts = text.split("A")
        # Not within a word: the pieces are written so that A stands alone.
        filled = parts[0]
        for part in parts[1:]:
            filled += f"({self.argument()})" + part
        filled = self._filled(filled)
        if filled.startswith(("const", "for", "switch", "with", "class", "return")):
            body = filled
        elif filled.startswith("{"):
            body = f"return ({filled})"
        else:
            body = f"return {filled}"
        victim = f"victim = rig({self.receiver()}, {self._number()}); "
        return f"{victim}const f = callback({self._number()}); {body}"

    def call(self) -> str:
        """One call as a function without parameters."""
        random = self._random
        dice = random.random()
        if dice < 0.7:
            body = self._method()
        elif dice < 0.88:
            body = self._function()
        else:
            body = self._syntax()
        chosen = ", ".join(str(random.randrange(40)) for _ in range(3))
        before = f"acts = [{chosen}]; beside = {self.receiver()}; victim = beside; "
        return f"() => {{ {before}{body} }}"


def program(seed: int, count: int) -> tuple[list[str], str]:
    """The calls of a seed, and the script that makes them."""
    writer = Writer(Random(seed))
    calls = [writer.call() for _ in range(count)]
    prelude = (HERE / "reentrant.js").read_text(encoding="utf-8")
    # Each is compiled on its own: what is no program is left out.
    listed = ",\n".join(repr_js(call) for call in calls)
    made = (
        f"const calls = [{listed}].map((text) => {{\n"
        "  try { return (0, eval)(`(${text})`); } catch { return () => {}; }\n});\n"
    )
    return calls, f"{prelude}\n{made}run(calls, 0);\n"


def repr_js(text: str) -> str:
    """A text as JavaScript writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def judged(
    shell: Path,
    seed: int,
    count: int,
    seconds: float,
    instead: str = "",
    every: int = 0,
) -> Finding | None:
    """Run a seed's program, or another; what went wrong, or None.

    A shell of the stress flavour collects at `every` so many allocations.
    """
    calls, source = program(seed, count)
    source = instead or source
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reentrant.js"
        path.write_text(source, encoding="utf-8")
        sanitizers = {
            "ASAN_OPTIONS": "detect_leaks=0",
            "UBSAN_OPTIONS": "halt_on_error=0",
        }
        command = [str(shell), "--interrupt", "1500", "--heap", "100000000"]
        command += ["--every", str(every)] if every else []
        try:
            done = subprocess.run(
                [*command, str(path)],
                env={**os.environ, **sanitizers},
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            told = late.stdout.decode(errors="replace") if late.stdout else ""
            return Finding(seed, _last(calls, told), "not stopped", source)
    lines = done.stdout.splitlines()
    broken = [line for line in lines if line.startswith("BROKEN")]
    if broken:
        return Finding(seed, _last(calls, done.stdout), broken[0], source)
    ended = lines[-1:] == ["end"]
    if (done.returncode in (0, 1) and ended) or done.returncode == STATUS_ABORTED:
        return None
    report = "\n".join(done.stderr.splitlines()[:14])
    return Finding(
        seed, _last(calls, done.stdout), f"status {done.returncode}\n{report}", source
    )


def _last(calls: list[str], told: str) -> str:
    numbers = [line for line in told.splitlines() if line.isdigit()]
    return calls[int(numbers[-1])] if numbers else "before the first call"


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shell", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--every", type=int, default=0, help="collect so often")
    parser.add_argument("--keep", type=Path, help="a folder for programs that failed")
    options = parser.parse_args()
    first = Random().randrange(1 << 30) if options.seed is None else options.seed
    print(f"seeds from {first}", flush=True)
    findings = 0
    for seed in range(first, first + options.rounds):
        finding = judged(options.shell, seed, options.calls, 60, every=options.every)
        if finding is None:
            continue
        findings += 1
        print(f"seed {seed}: {finding.what}\n  {finding.call}", flush=True)
        if options.keep:
            (options.keep / f"{seed}.js").write_text(finding.source, encoding="utf-8")
    print(f"{options.rounds} programs, {findings} failed")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
