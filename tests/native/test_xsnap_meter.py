"""A meter is a property of the program and its state, of nothing else.

Not of collections, not of how large a heap may grow, and not of whether the machine was
restored in between: a crank that is run again costs what it cost.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.native.link_driver import Driver

MIB = 1 << 20
SMALL, LARGE = 24 * MIB, 512 * MIB
# What one crank leaves, and what another does with it.
PROBES = {
    "keys": (
        "globalThis.o = {}; for (let i = 0; i < 3000; i++) o['k' + i] = i;",
        "let n = 0; for (let i = 0; i < 3000; i++) n += o['k' + i];"
        "for (let i = 0; i < 3000; i += 3) delete o['k' + i];"
        "for (const k in o) n += o[k]; n + Object.keys(o).length",
    ),
    "globals": (
        "for (let i = 0; i < 2000; i++) globalThis['g' + i] = i;",
        "let n = 0; for (let i = 0; i < 2000; i++) n += globalThis['g' + i];"
        "g5 + g1999 + n",
    ),
    "prototypes": (
        "globalThis.p = {}; for (let i = 0; i < 3000; i++) p = Object.create(p);",
        "let n = 0; for (let i = 0; i < 50; i++) n += p.none === undefined; n",
    ),
    "strings": (
        "globalThis.s = ''; for (let i = 0; i < 2000; i++) s += 'aé\\u4e2d' + i;",
        "let n = 0; for (let i = 0; i < s.length; i++) n += s.charCodeAt(i);"
        "n + s.indexOf('1999') + s.split('é').length + s.replaceAll('a', 'bb').length",
    ),
    "regexps": (
        "globalThis.t = 'key=value; '.repeat(500);",
        "[...t.matchAll(/(\\w+)=(\\w+)/g)].length + t.replace(/e/g, 'x').length",
    ),
    "maps": (
        "globalThis.m = new Map(); for (let i = 0; i < 5000; i++) m.set('k' + i, i);",
        "let n = 0; for (const [k, v] of m) { n += v; if (v % 2) m.delete(k); }"
        "for (let i = 0; i < 5000; i++) n += m.has('k' + i); n",
    ),
    "weak": (
        "globalThis.w = new WeakMap(); globalThis.held = [];"
        "for (let i = 0; i < 500; i++) { const k = {}; w.set(k, i); held.push(k); }",
        "let n = 0; for (const k of held) n += w.get(k); n",
    ),
    "arrays": (
        "globalThis.a = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5003);",
        "a.sort((x, y) => x - y); a.splice(10, 100); a.unshift(1, 2); a.shift();"
        "const h = []; for (let i = 0; i < 3000; i++) h[i * 3] = i;"
        "a.length + h.length + a.concat(h).indexOf(4999)",
    ),
    "garbage": (
        "globalThis.keep = [];",
        "for (let i = 0; i < 30000; i++) { const x = { i, t: 'n' + i };"
        " if (i % 100 == 0) keep.push(x); } keep.length",
    ),
    "integers": (
        "globalThis.b = 3n ** 9000n;",
        "(b * b / (b + 1n)).toString().length + Number(BigInt('9'.repeat(3000)) % 97n)",
    ),
    "json": (
        "globalThis.d ="
        " Array.from({ length: 1000 }, (_, i) => ({ ['n' + i]: [i, 'x'] }));",
        "JSON.stringify(JSON.parse(JSON.stringify(d))).length",
    ),
    "code": (
        "globalThis.f ="
        " eval('(function* () { for (let i = 0; i < 2000; i++) yield i; })');",
        "let n = 0; for (const x of f()) n += x; n + new Function('return 7')()",
    ),
}


def one(source: str, worker: Driver) -> tuple[int, Any]:
    got = worker.evaluate(source)
    assert got["op"] == "result", got
    return got["meter"], got.get("value")


def in_one_machine(first: str, second: str, heap: int, between: str = "") -> Any:
    with Driver(heap=heap, stack=65_536) as worker:
        one(first, worker)
        if between:
            worker.evaluate(between)
        return one(second, worker)


def restored(first: str, second: str, heap: int) -> Any:
    with Driver(heap=heap, stack=65_536) as worker:
        one(first, worker)
        image = worker.snapshot()
    with Driver(image=image, heap=heap, stack=65_536) as worker:
        return one(second, worker)


@pytest.mark.parametrize("name", PROBES)
def test_a_meter_depends_on_nothing_else(name: str) -> None:
    first, second = PROBES[name]
    expected = in_one_machine(first, second, LARGE)
    assert in_one_machine(first, second, SMALL) == expected
    assert in_one_machine(first, second, LARGE, "engoCollect()") == expected
    assert restored(first, second, LARGE) == expected
    assert restored(first, second, SMALL) == expected
    assert expected[0] > 1_000
