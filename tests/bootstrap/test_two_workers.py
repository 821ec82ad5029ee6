"""Objects of one worker in another, by way of the host."""

from collections.abc import Iterator

import pytest

from engo.captp import RemoteError
from tests.bootstrap.host import Host


@pytest.fixture(scope="module")
def pair() -> Iterator[Host]:
    with Host(2) as host:
        yield host


def second(host: Host, source: str, /, **values: object) -> object:
    return host.wait(host.facets[1].send(source, "eval", **values))


def test_a_far_object_is_called_across(pair: Host) -> None:
    counter = pair.evaluate("let n = 0; Far('Counter', { incr: () => (n += 1) })")
    assert (
        second(pair, "E(counter).incr().then(() => E(counter).incr())", counter=counter)
        == 2
    )
    assert pair.evaluate("E(counter).incr()", counter=counter) == 3


def test_an_object_goes_around_and_stays_itself(pair: Host) -> None:
    mine = pair.evaluate("globalThis.x = Far('Mine', {}); x")
    holder = second(pair, "Far('Holder', { get: () => mine })", mine=mine)
    assert pair.evaluate("E(h).get().then(it => it === mine)", h=holder, mine=mine)


def test_callbacks_run_both_ways(pair: Host) -> None:
    server = second(
        pair, "Far('Server', { twice: async f => [await E(f)(1), await E(f)(2)] })"
    )
    assert pair.evaluate("E(s).twice(Far('f', n => n * 10))", s=server) == [10, 20]


def test_promises_go_across(pair: Host) -> None:
    later = pair.evaluate(
        "let done; const p = new Promise(r => { done = r }); "
        "Far('Later', { wait: () => p, go: v => done(v) })"
    )
    waiting = pair.facets[1].send("E(later).wait().then(v => v + 1)", later=later)
    pair.wait(pair.turns.send(later, "go", 41))
    assert pair.wait(waiting) == 42


def test_errors_keep_their_name_and_message(pair: Host) -> None:
    bad = pair.evaluate("\nFar('Bad', { boom() { throw RangeError('too far') } })")
    with pytest.raises(RemoteError) as caught:
        second(pair, "E(bad).boom()", bad=bad)
    assert caught.value.message == "too far"
    traced = [t for facet in pair.facets for t in facet.traces.values()]
    assert any(t.message == "too far" and t.line == 2 for t in traced)


def test_exo_guards_hold_across(pair: Host) -> None:
    exo = pair.evaluate(
        "makeExo('Cell', M.interface('Cell', { set: M.call(M.nat()).returns() }), "
        "{ set(n) {} })"
    )
    assert second(pair, "E(exo).set(3n).then(() => 'ok')", exo=exo) == "ok"
    caught = second(pair, "E(exo).set('x').catch(e => e.message)", exo=exo)
    assert "(a string) - Must be a bigint" in str(caught)
