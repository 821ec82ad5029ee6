"""What is reachable in a graph of formulas, and what has become garbage.

Edges are asked for, so that no caller must hold the whole graph.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

Node = TypeVar("Node")
Edges = Callable[[Node], Iterable[Node]]


def reachable(roots: Iterable[Node], outgoing: Edges[Node]) -> set[Node]:
    """The roots and all that can be reached from them."""
    found: set[Node] = set()
    todo = list(roots)
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(outgoing(node))
    return found


def garbage(
    suspects: Iterable[Node],
    outgoing: Edges[Node],
    incoming: Edges[Node],
    is_root: Callable[[Node], bool],
) -> set[Node]:
    """Of the suspects and what they reach: those that nothing retains any more.

    Right when everything else is retained, which holds when this is called with
    the former targets of each edge that goes. The cost is that of the suspects'
    part of the graph. A cycle that only holds itself is found.
    """
    region = reachable(suspects, outgoing)
    retained = [
        node
        for node in region
        if is_root(node) or any(source not in region for source in incoming(node))
    ]
    kept: set[Node] = reachable(retained, outgoing)
    return region - kept
