"""Which live values fall when another one does.

A value depends on the values that it was made from: an evaluation on its worker and
its endowments. Nothing here knows how a value is made or ended.
"""

from collections.abc import Iterable

from engo.formula.ids import FormulaId


class Liveness:
    """The live formulas and their dependents, in the order in which they came."""

    __slots__ = ("_dependents", "_depends")

    def __init__(self) -> None:
        self._depends: dict[FormulaId, tuple[FormulaId, ...]] = {}
        # A dict for its order; its values mean nothing.
        self._dependents: dict[FormulaId, dict[FormulaId, None]] = {}

    def __contains__(self, formula: object) -> bool:
        return formula in self._depends

    def __len__(self) -> int:
        return len(self._depends)

    def enter(self, formula: FormulaId, depends: Iterable[FormulaId]) -> None:
        """A value is live from now on and made from these."""
        if formula in self._depends:
            raise ValueError(f"expected {formula[:16]} not to be live already")
        depends = tuple(dict.fromkeys(depends))
        self._depends[formula] = depends
        for other in depends:
            self._dependents.setdefault(other, {})[formula] = None

    def fall(self, formula: FormulaId) -> list[tuple[FormulaId, int]]:
        """Those that are live no more, with their distance from the first.

        The one given comes first, then its dependents, each before its own. Empty
        when it was not live and nothing depends on it.
        """
        fallen: list[tuple[FormulaId, int]] = []
        todo = [(formula, 0)]
        seen = {formula}
        while todo:
            current, depth = todo.pop()
            dependents = list(self._dependents.get(current, ()))
            if self._leave(current):
                fallen.append((current, depth))
            for dependent in reversed(dependents):
                if dependent not in seen:
                    seen.add(dependent)
                    todo.append((dependent, depth + 1))
        return fallen

    def leave(self, formula: FormulaId) -> None:
        """It is live no more; what depends on it stays."""
        self._leave(formula)

    def _leave(self, formula: FormulaId) -> bool:
        depends = self._depends.pop(formula, None)
        if depends is None:
            return False
        for other in depends:
            dependents = self._dependents[other]
            del dependents[formula]
            if not dependents:
                del self._dependents[other]
        return True
