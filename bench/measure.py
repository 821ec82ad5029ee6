"""Timing that holds on a noisy machine: rounds in turn, minima and medians."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path


def seconds(work: Callable[[], object]) -> float:
    """Run ``work`` once and return its wall time in seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def interleaved(
    works: dict[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    """Time each of ``works`` once per round, in turn, so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    return times


def median(values: list[float]) -> float:
    return statistics.median(values)


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident (or another ``/proc`` status field) memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no {field} for process {pid}")


def machine() -> str:
    """One line on what this was measured with."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    release = os.uname()
    return f"{model}, {os.cpu_count()} cores, {release.sysname} {release.release}"


class Table:
    """Rows of a measurement beside its peer and its goal."""

    def __init__(self, title: str) -> None:
        self.lines = [
            f"### {title}",
            "",
            "| what | Engo | beside it | ratio | goal | |",
            "|---|---|---|---|---|---|",
        ]

    def ratio(
        self, what: str, ours: float, theirs: float, goal: float | None, unit: str
    ) -> None:
        """A row where more is better (``unit`` per second) or less is better (ms)."""
        faster = theirs / ours if unit in ("ms", "MB") else ours / theirs
        wanted = f">= {goal:g}x | {mark(faster >= goal)}" if goal else " | "
        self.lines.append(
            f"| {what} | {show(ours)} {unit} | {show(theirs)} {unit} "
            f"| {faster:.2f}x | {wanted} |"
        )

    def at_most(self, what: str, ours: float, goal: float, unit: str) -> None:
        """A row with an absolute upper bound."""
        self.lines.append(
            f"| {what} | {show(ours)} {unit} | | | <= {goal:g} {unit} "
            f"| {mark(ours <= goal)} |"
        )

    def at_least(self, what: str, ours: float, goal: float, unit: str) -> None:
        """A row with an absolute lower bound."""
        self.lines.append(
            f"| {what} | {show(ours)} {unit} | | | >= {goal:,g} {unit} "
            f"| {mark(ours >= goal)} |"
        )

    def times(self, what: str, ours: float, theirs: float, unit: str) -> None:
        """A row that says how many times as much ours is."""
        self.lines.append(
            f"| {what} | {show(ours)} {unit} | {show(theirs)} {unit} "
            f"| {ours / theirs:.2f}x | | |"
        )

    def note(self, what: str, why: str) -> None:
        """A row without a figure."""
        self.lines.append(f"| {what} | {why} | | | | |")

    def plain(self, what: str, ours: float, unit: str) -> None:
        """A row without a goal."""
        self.lines.append(f"| {what} | {show(ours)} {unit} | | | | |")

    def __str__(self) -> str:
        return "\n".join([*self.lines, ""])


def show(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def mark(met: bool) -> str:
    return "met" if met else "**missed**"
