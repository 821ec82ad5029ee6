"""How each repair stands to a source: does it fit, is it there already, does it not.

Pure, like model.py: nothing is written; a later repair sees what an earlier would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from native.xs.repairs.model import RepairError, apply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from native.xs.repairs.model import Read, Repair

FITS: Final = "fits"
THERE: Final = "there"
MISFIT: Final = "misfit"


def states(repairs: Iterable[Repair], read: Read) -> tuple[dict[str, str], list[str]]:
    """The state of each, and what is wrong with those that do not fit."""
    texts: dict[str, str] = {}
    found: dict[str, str] = {}
    misfits: list[str] = []

    def read_changed(file: str) -> str:
        return texts[file] if file in texts else read(file)

    for repair in repairs:
        try:
            said = apply(repair, read_changed, texts.__setitem__)
        except RepairError as error:
            found[repair.name] = MISFIT
            misfits.append(str(error))
        else:
            found[repair.name] = FITS if said.endswith("applied") else THERE
    return found, misfits
