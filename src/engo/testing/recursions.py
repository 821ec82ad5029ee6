"""Twenty-six ways to recurse without end in a guest; data only.

Each must end as the machine's own result: a catchable RangeError, a SyntaxError, an
abort, or a limit; never as a crash of whoever runs the machine.
"""

from typing import Final

from engo.testing.attacks import Attack

_SHAPES = {
    "functions": "const f = () => 1 + f(); f()",
    "functions with try": "const f = () => { try { return 1 + f() } catch (e) {"
    " return f() } }; f()",
    "getter": "({ get x() { return this.x } }).x",
    "proxy": "new Proxy({}, { get(t, k, r) { return r[k] } }).x",
    "chain of proxies": "let p = {}; for (let i = 0; i < 1e5; i++)"
    " p = new Proxy(p, {}); p.x",
    "toString": "const o = { toString() { return `${this}` } }; `${o}`",
    "JSON.parse": "JSON.parse('['.repeat(1e6))",
    "JSON.stringify": "let a = []; for (let i = 0; i < 1e5; i++) a = [a];"
    " JSON.stringify(a)",
    "parentheses": "(0, eval)('('.repeat(1e5) + '1' + ')'.repeat(1e5))",
    "array literals": "(0, eval)('['.repeat(1e5) + ']'.repeat(1e5))",
    "function literals": "(0, eval)('(function(){'.repeat(2e4) + '})'.repeat(2e4))",
    "sums": "(0, eval)('1+'.repeat(1e5) + '1')",
    "groups of a pattern": "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))",
    "sort": "const f = () => [1, 2].sort(f); f()",
    "replace": "const f = () => 'a'.replace(/a/, f); f()",
    "Array.from": "const f = () => Array.from([1], f); f()",
    "Reflect.apply": "const f = () => Reflect.apply(f, null, []); f()",
    "chain of bind": "let f = () => 1; for (let i = 0; i < 1e5; i++)"
    " f = f.bind(null); f()",
    "collection of a list": "let l = null; for (let i = 0; i < 1e5; i++) l = { l };"
    " for (let i = 0; i < 1e6; i++) ({}); typeof l",
    "collection of arrays": "let a = []; for (let i = 0; i < 1e5; i++) a = [a];"
    " for (let i = 0; i < 1e6; i++) ({}); typeof a",
    "harden": "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; typeof harden(o)",
    "async": "const f = async () => { await f() }; f()",
    "generators": "function* g() { yield* g() } [...g()]",
    "eval": "globalThis.s = '(0, eval)(s)'; (0, eval)(s)",
    "Compartment": "const f = () => new Compartment({ globals: { f }, __options__: true"
    " }).evaluate('f()'); f()",
    "Symbol.hasInstance": "const o = { [Symbol.hasInstance](x) { return x instanceof o"
    " } }; ({}) instanceof o",
}

RECURSIONS: Final = {
    name: Attack(
        source=source,
        ends=frozenset(("stack", "memory", "error", "value", "time")),
        cpu=3.0,
    )
    for name, source in _SHAPES.items()
}
