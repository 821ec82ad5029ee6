"""Guest programs that mean harm, and the ends each may come to; data only.

An attack is tried by `attack_run`, and by `attack_kit` against a way of running
workers. Each needs the limits of `Attack.limits` and nothing but a bare guest.
"""

from dataclasses import dataclass
from typing import Final, Literal

from engo.worker.limits import MIB, Limits

End = Literal["time", "memory", "stack", "names", "error", "value", "other"]
"""Who ended it: the watchdog, a limit of the machine, a GuestError, itself."""

HEAP: Final = 24 * MIB
CPU: Final = 0.1  # seconds a crank may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One program; where several ends are right, which comes depends on speed."""

    source: str
    ends: frozenset[End]
    cpu: float = CPU
    heap: int = HEAP

    @property
    def limits(self) -> Limits:
        """What the attacker may use; the wall is far, so that load does not count."""
        return Limits(heap=self.heap, cpu=self.cpu, wall=30.0)


def _all(
    sources: dict[str, str], *ends: End, cpu: float = CPU, heap: int = HEAP
) -> dict[str, Attack]:
    wanted = frozenset(ends)
    return {
        name: Attack(source=source, ends=wanted, cpu=cpu, heap=heap)
        for name, source in sources.items()
    }


_LOOPS = {
    "plain": "for (;;);",
    "one line with a body": "for(let i=0;;i++)i;",
    "do while": "do ; while (true)",
    "in catch": "for (;;) try { throw 1 } catch { for (;;); }",
    "throw and catch": "for (;;) try { throw 1 } catch {}",
    "in finally": "for (;;) try { throw 1 } catch {} finally { for (;;); }",
    "finally that continues": "(() => { for (;;) try { return 1 } finally { continue }"
    " })()",
    "catch of a catch": "for (;;) try { try { for (;;) throw 1 } catch { throw 2 } }"
    " catch {}",
    "labels": "a: for (;;) { b: for (;;) continue a; }",
    "a recursion of bounded depth": "const f = n => n && (f(n - 1), f(n - 1)); f(99)",
    "getter": "({ get x() { for (;;); } }).x",
    "a proxy's trap": "new Proxy({}, { get() { for (;;); } }).x",
    "comparator": "[1, 2].sort(() => { for (;;); })",
    "replacer": "'a'.replace(/a/, () => { for (;;); })",
    "valueOf": "1 + { valueOf() { for (;;); } }",
    "toJSON of the result": "({ toJSON() { for (;;); } })",
    "getter of the result": "({ get x() { for (;;); } })",
    "message of the error": "throw { get message() { for (;;); } }",
    "an error's stack": "const e = Error(); Object.defineProperty(e, 'message',"
    " { get() { for (;;); } }); throw e",
    "iterator": "for (const x of { [Symbol.iterator]: () => ({ next: () => ({}) }) });",
    "generator": "for (const x of (function* () { for (;;) yield 1 })());",
    "await": "(async () => { for (;;) await 0 })()",
    "async generator": "(async () => { for await (const x of (async function* () {"
    " for (;;) yield 1 })()); })()",
    "promises": "const f = () => Promise.resolve().then(f); f()",
    "a thenable of itself": "const t = { then(r) { r(t) } }; Promise.resolve(t)",
    "then that loops": "Promise.resolve({ then() { for (;;); } })",
    "class field": "new class { x = (() => { for (;;); })() }",
    "eval": "for (;;) (0, eval)('1')",
    "compartment": "new Compartment().evaluate('for (;;);')",
}

_PATTERNS = {
    "nested plus": "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "alternatives": "/^(a|a)+$/.test('a'.repeat(40) + 'b')",
    "stars": "/^(?:a*)*$/.test('a'.repeat(99) + 'x')",
    "back reference": r"/^(a+)(a+)(a+)(a+)(a+)\1\2\3\4\5b$/.test('a'.repeat(600))",
    "lookahead": "/^(?:(?=(a+))a)+$/.test('a'.repeat(1e5) + 'b')",
}

_BUILTINS = {
    "indexOf": "[].indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    "includes": "[].includes.call({ length: 2 ** 53 - 1 }, 1)",
    "lastIndexOf": "[].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)",
    "reverse": "[].reverse.call({ length: 2 ** 53 - 1 })",
    "some": "[].some.call({ length: 2 ** 32 - 1 }, x => 0)",
    "copyWithin": "[].copyWithin.call({ length: 2 ** 53 - 1 }, 1e9, 0)",
    "unshift": "[].unshift.call({ length: 2 ** 52 }, 1)",
    "splice": "[].splice.call({ length: 2 ** 53 - 1 }, 0, 1)",
    "forEach, sparse": "Array(2 ** 32 - 1).forEach(x => x)",
    "indexOf, sparse": "Array(2 ** 32 - 1).indexOf(1)",
    "reverse, sparse": "Array(2 ** 32 - 1).reverse()",
    "join, sparse": "for (;;) Array(1e7).join('')",
    "search": "const s = 'a'.repeat(4e6); s.includes('a'.repeat(2e6) + 'b')",
    "upper case": "for (;;) 'a'.repeat(1e6).toUpperCase()",
    "bigint": "let x = (1n << 1000000n) - 1n; for (;;) x * x",
    "prototypes": "let p = {}; for (let i = 0; i < 9e4; i++) p = Object.create(p);"
    " for (;;) p.x",
    "own keys": "const o = Array(1e5).fill(1); for (;;) Reflect.ownKeys(o)",
    "normalize": "for (;;) 'e\\u0301\\u0323'.repeat(1e4).normalize('NFC')",
    "parser": "for (;;) (0, eval)('a=1;'.repeat(1e4))",
}

_FLOODS = {
    "empty lines": "for (;;) console.log('')",
    "long lines": "for (;;) console.log('x'.repeat(65536))",
    "all levels": "for (;;) { console.debug(1); console.warn(2); console.error(3) }",
}

_COMMAND_FLOODS = {
    "small commands": "for (;;) postCommand(new ArrayBuffer(1))",
    "commands of 65,536 bytes": "for (;;) postCommand(new ArrayBuffer(65536))",
    "commands that answer commands": "const f = () => postCommand(new ArrayBuffer(1))"
    ".then(f, f); for (;;) f()",
}

_GROWTH = {
    "array": "const a = []; for (;;) a.push({})",
    "numbers": "const a = []; for (;;) a.push(1)",
    "properties": "let o = {}; for (;;) o = { o, a: 1, b: 2, c: 3 }",
    "doubling string": "let s = 'x'; for (;;) s += s",
    "long string": "'x'.repeat(2 ** 29)",
    "strings": "const a = []; for (let i = 0; ; i++) a.push('x'.repeat(999) + i)",
    "map": "const m = new Map(); for (let i = 0; ; i++) m.set(i, i)",
    "set": "const s = new Set(); for (let i = 0; ; i++) s.add(i)",
    "map of objects": "const m = new Map(); for (let i = 0; ; i++) m.set({}, i)",
    "weak map": "const m = new WeakMap(), a = []; for (;;) { const k = {}; a.push(k);"
    " m.set(k, 1) }",
    "many buffers": "const a = []; for (;;) a.push(new ArrayBuffer(1e6))",
    "small buffers": "const a = []; for (;;) a.push(new ArrayBuffer(64))",
    "closures": "const a = []; for (let i = 0; ; i++) a.push(() => i)",
    "generators": "const a = []; function* g() { yield 1 } for (;;) { const i = g();"
    " i.next(); a.push(i) }",
    "compartments": "const a = []; for (;;) a.push(new Compartment())",
    "patterns": "const a = []; for (let i = 0; ; i++) a.push(new RegExp('a' + i))",
    "errors": "const a = []; for (;;) a.push(new Error('x'.repeat(99)))",
    "spread": "let a = [1]; for (;;) a = [...a, ...a]",
    "concat": "let a = [1]; for (;;) a = a.concat(a)",
    "replace": "let s = 'aa'; for (;;) s = s.replaceAll('a', 'aa')",
    "split and join": "let s = 'ab'; for (;;) s = s.split('').join('ab')",
    "JSON": "const a = []; for (;;) a.push(JSON.stringify('x'.repeat(1e5)))",
    "typed arrays": "const a = []; for (;;) a.push(new Float64Array(1e4))",
}

_QUEUES = {
    "settled promises": "const a = []; for (;;) a.push(Promise.resolve().then(x => x))",
    "a chain": "let q = new Promise(() => {}); for (;;) q = q.then(x => x)",
    "jobs that double": "const f = () => { Promise.resolve().then(f);"
    " Promise.resolve().then(f) }; f()",
    "rejections": "for (;;) Promise.reject(1)",
    "rejections with long reasons": "for (;;) Promise.reject('x'.repeat(65536))",
    "rejections of rejections": "const f = () => Promise.reject(1).catch(f); for (;;)"
    " f()",
}

_NAMES = {
    "properties of one object": "const o = {}; for (let i = 0; ; i++) o['k' + i] = 1",
    "globals": "for (let i = 0; ; i++) globalThis['k' + i] = 1",
    "registered symbols": "for (let i = 0; ; i++) Symbol.for('x' + i)",
    "parsed": "for (let i = 0; ; i++) JSON.parse('{\"k' + i + '\":1}')",
    "private": "for (let i = 0; ; i++) (0, eval)('(class { #p' + i + ' })')",
}

_REFUSED = {
    "one large buffer": "new ArrayBuffer(5e8)",
    "one typed array": "new Float64Array(1e8)",
    "resizable buffer": "new ArrayBuffer(8, { maxByteLength: 2 ** 31 }).resize(1e9)",
    "array of a length": "Array(3e8).join('x')",
    "sort, sparse": "Array(2 ** 31).sort()",
    "fill": "Array(2 ** 32 - 1).fill(1)",
    "spread of a sparse array": "[...Array(3e8)]",
    "apply": "Math.max.apply(null, { length: 2 ** 31 })",
    "bigint": "let n = 2n; for (;;) n *= n",
    "bigint power": "2n ** (2n ** 31n)",
    "padding": "'a'.padEnd(2 ** 29, 'bc')",
    "a long pattern": "new RegExp('a?'.repeat(2e6)).test('a')",
}

LOOPS: Final = _all(_LOOPS, "time")
PATTERNS: Final = _all(_PATTERNS, "time", "memory")
BUILTINS: Final = _all(_BUILTINS, "time", "memory")
CONSOLE_FLOODS: Final = _all(_FLOODS, "time")
COMMAND_FLOODS: Final = _all(_COMMAND_FLOODS, "time", "memory", "other")
GROWTH: Final = _all(_GROWTH, "memory", cpu=10.0)
QUEUES: Final = _all(_QUEUES, "time", "memory")
NAMES: Final = _all(_NAMES, "memory", "names", "time")
REFUSED: Final = _all(_REFUSED, "memory", "error", "stack", "time")
