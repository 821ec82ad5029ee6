"""What is done with a test: skipped for a reason, or run in one way or two.

Pure. The list of what is skipped is skips.py; how a run is carried out is machine.py.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tests.test262 import metadata
from tests.test262.skips import AGENT, FEATURES, FLAGS, FOLDERS

SLOPPY: Final = "sloppy"
STRICT: Final = "strict"
MODULE: Final = "module"
RAW: Final = "raw"
FIXTURE: Final = "_FIXTURE"
BASE: Final = ("sta.js", "assert.js")
"""What every test finds, but a raw one."""
DONE: Final = "doneprintHandle.js"
_IMPORT: Final = re.compile(r"\bimport\s*(?:[(.]|/[*/])")
KNOWN_FLAGS: Final = frozenset(
    {
        *("onlyStrict", "noStrict", "module", "raw", "async", "generated"),
        *("CanBlockIsFalse", "CanBlockIsTrue", "non-deterministic"),
    }
)


class Run(NamedTuple):
    """One run of a test."""

    kind: str  # sloppy, strict, module or raw
    path: str  # below test/, with slashes
    source: str  # as it is run
    includes: tuple[str, ...]  # beside BASE
    negative: metadata.Negative | None
    waits: bool  # it says itself when it is done
    imports: bool  # it may load modules


class Plan(NamedTuple):
    """Runs, or why there are none."""

    runs: tuple[Run, ...]
    skip: str | None = None


def is_test(name: str) -> bool:
    """Whether a file of the suite is a test, by its name."""
    return name.endswith(".js") and FIXTURE not in name


def plan(path: str, source: str) -> Plan:
    """What is done with a test; raises MetadataError."""
    said = metadata.parse(source)
    unknown = said.flags - KNOWN_FLAGS
    if unknown:
        raise metadata.MetadataError(f"expected known flags, got {sorted(unknown)}")
    reason = skip_reason(path, source, said)
    if reason:
        return Plan((), reason)
    waits = "async" in said.flags
    includes = tuple(name for name in said.includes if name not in BASE)
    if waits and "raw" not in said.flags:
        includes = (DONE, *(name for name in includes if name != DONE))
    runs = [
        Run(
            kind,
            path,
            f'"use strict";\n{source}' if kind == STRICT else source,
            includes,
            said.negative,
            waits,
            _IMPORT.search(source) is not None,
        )
        for kind in kinds(said.flags)
    ]
    return Plan(tuple(runs))


def kinds(flags: frozenset[str]) -> tuple[str, ...]:
    """The ways in which a test with these flags is run."""
    for flag, kind in (
        ("raw", RAW),
        ("module", MODULE),
        ("onlyStrict", STRICT),
        ("noStrict", SLOPPY),
    ):
        if flag in flags:
            # A raw module is as a module; raw says only that nothing is added.
            return (MODULE,) if flag == "raw" and "module" in flags else (kind,)
    return (SLOPPY, STRICT)


def skip_reason(path: str, source: str, said: metadata.Metadata) -> str | None:
    """Why a test is not run; None: it is."""
    for folder, reason in FOLDERS.items():
        if path.startswith(f"{folder}/"):
            return reason
    for flag, reason in FLAGS.items():
        if flag in said.flags:
            return reason
    for feature in sorted(said.features):
        name = "Intl" if feature.startswith(("Intl.", "Intl-")) else feature
        if name in FEATURES:
            return FEATURES[name]
    return AGENT if "$262.agent" in source else None
