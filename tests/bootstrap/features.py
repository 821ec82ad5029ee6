"""What docs/javascript.md says about JavaScript, as programs. Not a test file.

Each row's program is an expression, or the body of an async function where it begins
with a statement; it gives true. Where a feature is absent it is what shows that.
"""

from typing import Final

REFUSED: Final = """\
const refused = (text) => {{
  try {{ new Function(text); return false; }} catch (e) {{
    return e instanceof SyntaxError;
  }}
}};
return {0};
"""


def refused(*sources: str) -> str:
    """A program that is true when none of these function bodies parses."""
    return REFUSED.format(" && ".join(f"refused({source!r})" for source in sources))


PROGRAMS: Final[dict[str, str]] = {
    "Array `findLast`, `findLastIndex`": (
        "[3, 1].findLast(x => x > 0) === 1 && [3, 1].findLastIndex(x => x > 0) === 1"
    ),
    "Array `toReversed`, `toSorted`, `toSpliced`, `with`": (
        "[2, 1].toReversed().join() + [2, 1].toSorted() + [2, 1].toSpliced(0, 1)"
        " + [2, 1].with(0, 7) === '1,21,217,1'"
    ),
    "TypedArray `toReversed`, `toSorted`, `with`": (
        "new Uint8Array([2, 1]).toSorted().with(0, 7).toReversed().join() === '2,7'"
    ),
    "symbols as WeakMap keys": (
        "try { new WeakMap([[Symbol('x'), 1]]); } catch { return true; }"
    ),
    "resizable ArrayBuffer": (
        "const b = new ArrayBuffer(8, { maxByteLength: 16 }); b.resize(12);"
        " return b.resizable && b.byteLength === 12"
    ),
    "ArrayBuffer `transfer`": "new ArrayBuffer(8).transfer(16).byteLength === 16",
    "ArrayBuffer `transferToFixedLength`": (
        "const b = new ArrayBuffer(2, { maxByteLength: 9 }); new Uint8Array(b)[1] = 7;"
        " const f = b.transferToFixedLength(3); return !f.resizable"
        " && new Uint8Array(f).join() === '0,7,0' && b.detached"
    ),
    "ArrayBuffer `detached`": (
        "const b = new ArrayBuffer(8); const before = b.detached; b.transfer();"
        " return before === false && b.detached === true"
    ),
    "`Object.groupBy`, `Map.groupBy`": (
        "Object.groupBy([1, 2, 3], x => x % 2 ? 'odd' : 'even').odd.length === 2"
        " && Map.groupBy([1, 2, 3], x => x % 2).get(1).length === 2"
    ),
    "`Promise.withResolvers`": (
        "const { promise, resolve } = Promise.withResolvers(); resolve(true);"
        " return promise"
    ),
    "String `isWellFormed`, `toWellFormed`": (
        "!'a\\ud800'.isWellFormed() && 'a\\ud800'.toWellFormed() === 'a\\ufffd'"
    ),
    "RegExp flag `v`": refused("/[a--b]/v"),
    "`Atomics.waitAsync`": "!('Atomics' in globalThis)",
    "Iterator helpers, `Iterator.from`": (
        "[1, 2, 3].values().filter(x => x > 1).map(x => x * 2).toArray().join()"
        " === '4,6' && Iterator.from({ next: () => ({ done: true }) }).toArray()"
        ".length === 0 && [1].values() instanceof Iterator"
    ),
    "Set methods": (
        "const a = new Set([1, 2]), b = new Set([2, 3]); return [a.union(b).size,"
        " a.intersection(b).size, a.difference(b).size, a.symmetricDifference(b).size,"
        " a.isSubsetOf(b), a.isSupersetOf(b), a.isDisjointFrom(b)].join()"
        " === '3,1,1,2,false,false,false'"
    ),
    "import attributes, syntax": (
        "new ModuleSource(\"import d from 'x' with { type: 'json' }\").bindings[0].from"
        " === 'x'"
    ),
    "`RegExp.escape`": "new RegExp(RegExp.escape('a.b*')).test('a.b*')",
    "RegExp modifiers `(?i:…)`": refused("/(?i:a)b/"),
    "RegExp duplicate named groups": refused("/(?<a>x)|(?<a>y)/"),
    "`Promise.try`": "Promise.try(() => true)",
    "`Math.f16round`, DataView `getFloat16`, `setFloat16`": (
        "const d = new DataView(new ArrayBuffer(2)); d.setFloat16(0, 1.337);"
        " return d.getFloat16(0) === Math.f16round(1.337)"
    ),
    "`Float16Array`": "typeof Float16Array === 'undefined'",
    "`Array.fromAsync`": (
        "const a = await Array.fromAsync([Promise.resolve(1), 2]);"
        " return a.join() === '1,2'"
    ),
    "`Error.isError`": (
        "Error.isError(new RangeError()) && !Error.isError({ message: '' })"
    ),
    "Uint8Array to and from base64 and hex": (
        "new Uint8Array([1, 2, 255]).toBase64() === 'AQL/'"
        " && Uint8Array.fromBase64('AQL/').toHex() === '0102ff'"
        " && Uint8Array.fromHex('01ff')[1] === 255"
        " && new Uint8Array(3).setFromHex('0a').written === 1"
    ),
    "`Math.sumPrecise`": "Math.sumPrecise([1e20, 0.1, -1e20]) === 0.1",
    "`Iterator.concat`": "[...Iterator.concat([1], [2])].join() === '1,2'",
    "Map and WeakMap `getOrInsert`, `getOrInsertComputed`": (
        "new Map().getOrInsert('a', 1) + new Map().getOrInsertComputed('a', k => k)"
        " + new WeakMap().getOrInsertComputed({}, () => 2) === '1a2'"
    ),
    "`Iterator.zip`, `Iterator.zipKeyed`": (
        "Iterator.zip([[1, 2], [3, 4]]).toArray().join('|') === '1,3|2,4'"
        " && Iterator.zipKeyed({ a: [5] }).toArray()[0].a === 5"
    ),
    "DisposableStack, AsyncDisposableStack, SuppressedError, `Symbol.dispose`": (
        "let log = ''; const s = new DisposableStack(); s.defer(() => { log += 'a'; });"
        " s.use({ [Symbol.dispose]() { log += 'b'; } }); s.dispose();"
        " const t = new AsyncDisposableStack();"
        " t.use({ async [Symbol.asyncDispose]() { log += 'c'; } });"
        " await t.disposeAsync();"
        " return log === 'bac' && new SuppressedError(1, 2).suppressed === 2"
    ),
    "`using`, `await using`": refused("{ using x = null; }"),
    "JSON source text: `JSON.rawJSON`, third argument of revivers": (
        "JSON.rawJSON === undefined && JSON.parse('1.0', (...all) => all.length) === 2"
    ),
    "decorators": refused("@d class C {}"),
    "`import defer`": (
        "try { new ModuleSource(\"import defer * as x from 'x'\"); }"
        " catch { return true; }"
    ),
    "Temporal": "typeof Temporal === 'undefined'",
    "ShadowRealm": (
        "typeof ShadowRealm === 'undefined'"
        " && new Compartment().evaluate('1 + 1') === 2"
    ),
    "`URL`, `URLSearchParams`": (
        "const u = new URL('../bücher?a=1#ä', 'https://exämple.com:8080/x/y/z');"
        " u.searchParams.append('b', 'ü &'); return u.href ==="
        " 'https://xn--exmple-cua.com:8080/x/b%C3%BCcher?a=1&b=%C3%BC+%26#%C3%A4'"
        " && URL.canParse('nothing') === false && URL.parse('a:b').protocol === 'a:'"
        " && new URLSearchParams({ q: 1 }).size === 1"
    ),
    "`structuredClone`, `DOMException`": (
        "const o = { m: new Map([[1, [new Date(5), /x/g]]]), e: new RangeError('r') };"
        " o.self = o; const c = structuredClone(o);"
        " try { structuredClone(() => {}); } catch (e) {"
        " return c !== o && c.self === c && +c.m.get(1)[0] === 5 && c.e.message === 'r'"
        " && e instanceof DOMException && e.name === 'DataCloneError'; }"
    ),
    "`atob`, `btoa`": "btoa('hé') === 'aOk=' && atob('aOk=') === 'hé'",
    "`queueMicrotask`": (
        "let log = ''; queueMicrotask(() => { log += 'b'; }); log += 'a'; await null;"
        " await null; return log === 'ab'"
    ),
    "`AbortController`, `AbortSignal` without `timeout`": (
        "const c = new AbortController(), all = AbortSignal.any([c.signal]); let n = 0;"
        " all.addEventListener('abort', () => { n += 1; }); c.abort(new Error('why'));"
        " try { c.signal.throwIfAborted(); } catch (e) { return e.message === 'why'"
        " && n === 1 && all.aborted && AbortSignal.timeout === undefined; }"
    ),
    "`TextEncoder`, `TextDecoder`": (
        "new TextDecoder().decode(new TextEncoder().encode('ü')) === 'ü'"
    ),
    "timers, `fetch`, `crypto`": (
        "[typeof setTimeout, typeof setImmediate, typeof fetch, typeof crypto]"
        ".every(t => t === 'undefined')"
    ),
    "`Intl`": "typeof Intl === 'undefined'",
}
