"""Garbage in graphs: checked against the definition, on graphs that are drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engo.formula.graph import garbage, reachable

Graph = dict[int, set[int]]


def graphs() -> st.SearchStrategy[Graph]:
    nodes = range(8)
    return st.fixed_dictionaries(
        {node: st.sets(st.sampled_from(nodes), max_size=4) for node in nodes}
    )


def incoming_of(graph: Graph) -> Graph:
    return {node: {s for s, ts in graph.items() if node in ts} for node in graph}


def test_reachable_takes_cycles() -> None:
    graph = {1: [2], 2: [3, 1], 3: [], 4: [1]}
    assert reachable([1], graph.__getitem__) == {1, 2, 3}
    assert reachable([], graph.__getitem__) == set()


@given(graphs(), st.sets(st.integers(0, 7)), st.integers(0, 7), st.integers(0, 7))
def test_after_an_edge_goes_exactly_the_unreachable_are_garbage(
    graph: Graph, roots: set[int], source: int, target: int
) -> None:
    # All is reachable before, as a store that collects always has it.
    alive = reachable(roots, graph.__getitem__)
    graph = {node: targets for node, targets in graph.items() if node in alive}
    if source not in graph or target not in graph[source]:
        return
    graph[source].discard(target)
    incoming = incoming_of(graph)
    found = garbage(
        [target], graph.__getitem__, incoming.__getitem__, roots.__contains__
    )
    kept: set[int] = reachable(roots, graph.__getitem__)
    assert found == set(graph) - kept


def test_a_cycle_that_only_holds_itself_is_garbage() -> None:
    graph: Graph = {1: {2}, 2: {1}, 3: set()}
    incoming = incoming_of(graph)
    found = garbage([1], graph.__getitem__, incoming.__getitem__, {3}.__contains__)
    assert found == {1, 2}
