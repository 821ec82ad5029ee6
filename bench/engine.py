"""`make bench-engine`: the JavaScript engine beside itself unrepaired and others.

Prints Markdown tables; bench/RESULTS.md keeps them. Times are of the processor, the
least of several rounds in which the engines take turns, so other tenants matter less.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from engines import Engine, modules, native, others, workers
from measure import machine

PROGRAMS = Path(__file__).parent / "programs"
GOALS = (
    ("first", "Engo", "XS 13.3", 3.0),
    ("first", "Engo", "QuickJS", 1 / 1.15),
    ("second", "Engo", "XS 13.3", 1.5),
    ("first", "Engo wasm", "XS 13.3 wasm", 2.5),
    ("first", "Engo wasm", "XS 13.3", 1.0),
    ("workers", "wasm worker", "without v12", 1 / 2.3),
)
TITLES = {
    "first": "The first ten",
    "second": "The second ten",
    "workers": "The first ten in workers",
}
PATIENCE = 1200.0

Times = dict[str, list[float]]


def names_of(program: str) -> list[str]:
    """What a file measures, in order."""
    text = (PROGRAMS / program).read_text(encoding="utf-8")
    return [line.split()[0][2:] for line in text.splitlines() if line[:2] == "B."]


def least(engines: list[Engine], program: str, rounds: int, span: int) -> Times:
    """The least time of each program in each engine."""
    source = f"var MS = {span};\n" + (PROGRAMS / program).read_text(encoding="utf-8")
    times: Times = {}
    for _ in range(rounds):
        for engine in engines:
            line = engine.run(source, PATIENCE)[-1]
            came = [float(word) for word in line.split("\t")]
            known = times.get(engine.name, came)
            times[engine.name] = [min(a, b) for a, b in zip(known, came, strict=True)]
    return times


def factor(times: Times, ours: str, theirs: str) -> float:
    """How many times faster, as a geometric mean."""
    pairs = zip(times[ours], times[theirs], strict=True)
    logs = [math.log(b / a) for a, b in pairs]
    return math.exp(sum(logs) / len(logs))


def print_times(title: str, program: str, times: Times) -> None:
    ours = next(iter(times))
    print(f"### {title}\n")
    print("| ms |", " | ".join(names_of(program)), f"| {ours} is faster by |")
    print("|---" * (len(names_of(program)) + 2) + "|")
    for engine, values in times.items():
        shown = " | ".join(f"{value:.2f}" for value in values)
        print(f"| {engine} | {shown} | {factor(times, ours, engine):.2f} |")
    print()


def print_goals(sets: dict[str, Times]) -> None:
    print("| ten | engine | beside | times faster | goal | |")
    print("|---|---|---|---|---|---|")
    for name, ours, theirs, goal in GOALS:
        times = sets.get(name, {})
        if ours in times and theirs in times:
            came = factor(times, ours, theirs)
            mark = "met" if came >= goal else "**missed**"
            print(f"| {name} | {ours} | {theirs} | {came:.2f} | {goal:.2f} | {mark} |")
    print()


def scaling(engine: Engine, limit: int) -> dict[str, list[float]]:
    """Of each operation its times at one, two, four and eight times its size."""
    head = f"var LIMIT = {limit};\nvar harden = globalThis.harden;\n"
    source = head + (PROGRAMS / "scale.js").read_text(encoding="utf-8")
    found = {}
    for line in engine.run(source, PATIENCE):
        name, *words = line.split("\t")
        found[name] = [] if words[0].startswith("ERR") else list(map(float, words))
    return found


def exponent(times: list[float]) -> float:
    """Of the last doubling."""
    if len(times) < 2 or min(times[-2:]) <= 0:
        return math.nan
    return math.log2(times[-1] / times[-2])


def print_scaling(found: dict[str, dict[str, list[float]]]) -> None:
    """Time at the largest size that all engines reached, and the exponent."""
    engines = list(found)
    print("### Growth: ms at the largest common size, exponent of the last doubling\n")
    print("| operation | times its size |", " | ".join(engines), "|")
    print("|---" * (len(engines) + 2) + "|")
    for name in found[engines[0]]:
        lists = [found[engine].get(name, []) for engine in engines]
        common = min((len(times) for times in lists if times), default=0)
        cells = [
            f"{times[common - 1]:.2f}, {exponent(times):.1f}" if times else "error"
            for times in lists
        ]
        print(f"| {name} | {1 << max(common - 1, 0)} |", " | ".join(cells), "|")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--span", type=int, default=200, help="ms for each program")
    parser.add_argument("--limit", type=int, default=300, help="ms for each operation")
    parser.add_argument("--only", choices=("first", "second", "workers", "growth"))
    parser.add_argument("--no-wasm", action="store_true")
    options = parser.parse_args()
    wasm = not options.no_wasm
    engines = []
    if options.only != "workers":
        engines = [*native(), *(modules() if wasm else []), *others()]
    commit = subprocess.run(
        ["git", "describe", "--always"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(f"Measured on {machine()}; commit {commit}.\n")
    sets: dict[str, Times] = {}
    loads = [("first", "ten.js", engines), ("second", "second.js", engines)]
    if wasm and options.only in (None, "workers"):
        loads.append(("workers", "ten.js", workers()))
    for name, program, those in loads:
        if options.only in (None, name):
            sets[name] = least(those, program, options.rounds, options.span)
            print_times(TITLES[name], program, sets[name])
    print_goals(sets)
    if options.only in (None, "growth"):
        # The unrepaired module ends in its recursions.
        able = [one for one in engines if one.name != "XS 13.3 wasm"]
        print_scaling({one.name: scaling(one, options.limit) for one in able})


if __name__ == "__main__":
    main()
