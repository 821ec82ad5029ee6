"""Random calls of the language's own functions and operators, as JavaScript.

One call is an expression that is tried and told as a text: what it gave, what became
of what it was called on, or the name of what it threw. The same seed gives the same
calls. Left out is what an engine may choose: error messages, locale, the last digit of
the mathematical functions, what ES2023 does not have. Not a test file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

# Tells any value, with its kind, so that 1 and "1" and 1n differ.
TELL: Final = """\
const tell = (v, depth = 3) => {
  if (typeof v === 'string') return JSON.stringify(v);
  if (typeof v === 'bigint') return `${v}n`;
  if (typeof v === 'symbol') return v.description === undefined ? '@' : `@${v.description}`;
  if (Object.is(v, -0)) return '-0';
  if (typeof v === 'function') return `function ${v.name}/${v.length}`;
  if (typeof v !== 'object' || v === null) return `${v}`;
  if (depth === 0) return '...';
  const inner = (w) => tell(w, depth - 1);
  const kind = Object.prototype.toString.call(v).slice(8, -1);
  if (v instanceof Error) return `error ${v.name}`;
  if (v instanceof Date) return `Date ${+v}`;
  if (v instanceof RegExp) return `${v} ${v.lastIndex}`;
  if (v instanceof Map) return `Map{${[...v].map(([k, w]) => `${inner(k)}=>${inner(w)}`)}}`;
  if (v instanceof Set) return `Set{${[...v].map(inner)}}`;
  if (v instanceof ArrayBuffer) return `bytes[${new Uint8Array(v)}]`;
  if (v instanceof DataView) return `view ${v.byteOffset} ${v.byteLength}`;
  if (v instanceof Promise) return 'promise';
  const keys = Reflect.ownKeys(v).filter((k) => !(k === 'length' && 'length' in v));
  const told = keys.slice(0, 40).map((k) => {
    const d = Reflect.getOwnPropertyDescriptor(v, k);
    const marks = `${d.writable === false ? '!' : ''}${d.enumerable ? '' : '~'}${d.configurable ? '' : '^'}`;
    return `${tell(k)}${marks}:${d.get || d.set ? 'accessor' : inner(d.value)}`;
  });
  const open = Object.isExtensible(v) ? '' : '#';
  return `${kind}${open}${Array.isArray(v) ? v.length : ''}{${told}}`;
};
// The text of a function is each engine's own.
const mute = (f) => Object.defineProperty(f, 'toString', { value: () => 'F' });
const attempt = (f) => {
  try { return tell(f()); } catch (e) { return `throws ${e?.name ?? tell(e)}`; }
};
"""

NUMBERS: Final = (
    "0", "-0", "1", "-1", "2", "3", "7", "0.5", "-1.5", "2.5", "1e21", "1e-7", "NaN",
    "Infinity", "-Infinity", "2 ** 31", "-(2 ** 31)", "2 ** 32", "2 ** 53",
    "2 ** 53 + 2", "4294967295", "5e-324", "1.7976931348623157e308", "123.456", "1e23",
)  # fmt: skip
STRINGS: Final = (
    "''", "'a'", "'abc'", "'aBc aBc'", "'\\u{1F600}x\\u00e9'", "'\\ud83d'", "'\\udE00a'",
    "'  12 '", "'0x1F'", "'1e3'", "'-0'", "'a,b,,c'", "'\\u0000z'", "'length'", "'0'",
    "'1'", "'-1'", "'Infinity'", "'\\u00df\\u0130i\\u03a3'", "'\\ufeff x\\u00a0'", "'$&$1$$'",
    "'__proto__'", "'constructor'", "'2024-02-29T12:30:00Z'", "'9007199254740993'",
)  # fmt: skip
FUNCTION_VALUES: Final = (
    "(x) => x", "(a, b) => a - b", "(a) => a > 1",
    "function f(a, b = 2, ...c) { return [this === undefined, a, b, c.length] }",
    "class { constructor(x) { this.x = x } static s = 1 }", "async () => 1",
    "function* () { yield 1; yield 2 }",
)
OTHERS: Final = (
    "undefined", "null", "true", "false", "0n", "1n", "-7n", "2n ** 64n", "Symbol.iterator",
    "Symbol('s')", "[]", "[1, 2, 3]", "[3, , 1]", "['b', 'a', undefined]", "[[1, [2]], 3]",
    "[-0, NaN, 0]", "{}", "{ a: 1, b: { c: 2 } }", "{ length: 2, 0: 'x', 1: 'y' }",
    "{ valueOf: () => 42 }", "{ toString: () => 'str' }", "{ [Symbol.toPrimitive]: (h) => h }",
    "{ length: -1 }", "{ get a() { return this.b }, b: 5 }", "Object.create(null)",
    "Object.freeze([1, 2])", "Object.freeze({ a: 1 })", *(f"mute({f})" for f in FUNCTION_VALUES),
    "new Date(0)", "new Date(NaN)", "new Date(1e12)", "/b/g", "/(?<n>a)|(b)/dy", "/[^]/gu",
    "new Map([[1, 2], ['a', {}]])", "new Set([1, '1', NaN])", "new Error('e')",
    "new Uint8Array([1, 2, 255])", "new Float64Array([0.5, -0, NaN])", "new BigInt64Array([1n, -1n])",
    "new Int16Array([5, -5, 300])", "new ArrayBuffer(8)", "new DataView(new ArrayBuffer(8), 2)",
    "new Proxy({ a: 1 }, {})", "new Proxy([1, 2], { get: (t, k, r) => Reflect.get(t, k, r) })",
    "new String('so')", "new Number(5)", "new Boolean(false)", "Object(1n)", "[1, 2, 3].values()",
    "new Map([[1, 2]]).entries()", "'xy'[Symbol.iterator]()", "(function* () { yield 7; yield 8 })()",
    "(function () { return arguments })(1, 2)", "new Array(5)", "[,'a',,'b']",
)  # fmt: skip
METHODS: Final = {
    "String": (STRINGS, (
        "at", "charAt", "charCodeAt", "codePointAt", "concat", "endsWith", "includes", "indexOf", "lastIndexOf",
        "match", "matchAll", "normalize", "padEnd", "padStart", "repeat", "replace", "replaceAll", "search", "slice",
        "split", "startsWith", "substr", "substring", "toLowerCase", "toString", "toUpperCase", "trim", "trimEnd",
        "trimStart", "valueOf", "isWellFormed", "toWellFormed",
    )),
    "Number": (NUMBERS, ("toExponential", "toFixed", "toPrecision", "toString", "valueOf")),
    "BigInt": (("5n", "-5n", "2n ** 70n"), ("toString", "valueOf")),
    "Array": (OTHERS[10:16] + ("[5, 1, 4]", "new Array(5)", "[,'a',,'b']", "Object.freeze([1, 2])"), (
        "at", "concat", "copyWithin", "entries", "every", "fill", "filter", "find", "findIndex", "findLast",
        "findLastIndex", "flat", "flatMap", "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "map",
        "pop", "push", "reduce", "reduceRight", "reverse", "shift", "slice", "some", "sort", "splice", "toReversed",
        "toSorted", "toSpliced", "toString", "unshift", "values", "with",
    )),
    "Uint8Array": (("new Uint8Array([3, 1, 2])", "new Float32Array([1.5, NaN, -0])", "new BigUint64Array([1n, 5n])",
                    "new Uint8ClampedArray(3)", "new Int32Array(new ArrayBuffer(8), 4)"), (
        "at", "copyWithin", "entries", "every", "fill", "filter", "find", "findIndex", "findLast", "findLastIndex",
        "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "map", "reduce", "reduceRight", "reverse",
        "set", "slice", "some", "sort", "subarray", "toReversed", "toSorted", "toString", "values", "with",
    )),
    "Map": (("new Map([[1, 2], ['a', {}]])", "new Map()"), (
        "clear", "delete", "entries", "forEach", "get", "has", "keys", "set", "values",
    )),
    "Set": (("new Set([1, '1', NaN])",), ("add", "clear", "delete", "entries", "forEach", "has", "keys", "values")),
    "RegExp": (("/b/g", "/(?<n>a)|(b)/dy", "/[^]/gu", "/a.c/s", "/^x|y$/m"), ("exec", "test", "toString")),
    "Date": (("new Date(0)", "new Date(NaN)", "new Date(1e12)", "new Date(Date.UTC(2024, 1, 29, 23, 59, 59, 999))"), (
        "getTime", "getUTCDate", "getUTCDay", "getUTCFullYear", "getUTCHours", "getUTCMilliseconds", "getUTCMonth",
        "setTime", "setUTCDate", "setUTCFullYear", "setUTCHours", "setUTCMilliseconds", "setUTCMinutes",
        "setUTCMonth", "setUTCSeconds", "toISOString", "toJSON", "toUTCString", "valueOf",
    )),
    "DataView": (("new DataView(new ArrayBuffer(8))", "new DataView(new ArrayBuffer(9), 1, 4)"), (
        "getInt8", "getUint16", "getFloat32", "getBigInt64", "setInt8", "setUint16", "setFloat64", "setBigUint64",
    )),
    "ArrayBuffer": (("new ArrayBuffer(8)", "new Uint8Array([1, 2, 3]).buffer"), ("slice",)),
    "Object": (OTHERS, (
        "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toString", "valueOf", "__lookupGetter__",
    )),
    "Function": (tuple(f"mute({f})" for f in FUNCTION_VALUES[:4]), ("apply", "bind", "call")),
}  # fmt: skip
FUNCTIONS: Final = (
    "Object.assign", "Object.create", "Object.defineProperties", "Object.defineProperty", "Object.entries",
    "Object.freeze", "Object.fromEntries", "Object.getOwnPropertyDescriptor", "Object.getOwnPropertyDescriptors",
    "Object.getOwnPropertyNames", "Object.getOwnPropertySymbols", "Object.hasOwn", "Object.is", "Object.isExtensible",
    "Object.isFrozen", "Object.isSealed", "Object.keys", "Object.preventExtensions", "Object.seal",
    "Object.setPrototypeOf", "Object.values", "Object", "Reflect.apply", "Reflect.construct", "Reflect.defineProperty",
    "Reflect.deleteProperty", "Reflect.get", "Reflect.getOwnPropertyDescriptor", "Reflect.has",
    "Reflect.isExtensible", "Reflect.ownKeys", "Reflect.preventExtensions", "Reflect.set", "Reflect.setPrototypeOf",
    "Array.from", "Array.isArray", "Array.of", "Array", "Number", "Number.isFinite", "Number.isInteger",
    "Number.isSafeInteger", "Number.parseFloat", "parseInt", "parseFloat", "isNaN", "isFinite", "BigInt",
    "BigInt.asIntN", "BigInt.asUintN", "String", "String.fromCharCode", "String.fromCodePoint", "String.raw",
    "Boolean", "Symbol", "Symbol.for", "Symbol.keyFor", "Math.abs", "Math.ceil", "Math.clz32", "Math.floor",
    "Math.fround", "Math.imul", "Math.max", "Math.min", "Math.round", "Math.sign", "Math.sqrt", "Math.trunc",
    "Math.hypot", "JSON.parse", "JSON.stringify", "Date.UTC", "Date.parse", "encodeURIComponent", "decodeURIComponent",
    "encodeURI", "decodeURI", "escape", "unescape", "Promise.resolve", "ArrayBuffer.isView", "Uint8Array.from",
    "Float32Array.of", "new Uint8Array", "new Int32Array", "new Float64Array", "new ArrayBuffer", "new DataView",
    "new Map", "new Set", "new WeakMap", "new WeakSet", "new Date", "new RegExp", "RegExp", "new Array", "new Error",
    "new AggregateError", "new Proxy", "new String", "new Promise", "structuredClone",
)  # fmt: skip
BINARY: Final = (
    "+", "-", "*", "/", "%", "**", "==", "!=", "===", "<", ">", "<=", ">=", "&", "|", "^", "<<", ">>", ">>>", "&&",
    "||", "??", "in", "instanceof", ",",
)  # fmt: skip
UNARY: Final = ("-", "+", "!", "~", "typeof ", "void ")


def value(random: Random) -> str:
    """An expression for some value."""
    kind = random.random()
    if kind < 0.3:
        return random.choice(NUMBERS)
    if kind < 0.5:
        return random.choice(STRINGS)
    made = random.choice(OTHERS)
    return f"({made})" if made[0] in "{(cfa" else made


# What an engine cannot give it may refuse in its own way, or end.
GREEDY: Final = (
    "repeat", "padEnd", "padStart", "Array", "new Array", "new ArrayBuffer", "new Uint8Array", "new Int32Array",
    "new Float64Array", "BigInt.asIntN", "BigInt.asUintN",
)
MODEST: Final = ("0", "1", "3", "-1", "'2'", "NaN", "null", "[2]", "5n", "'x'")


def _arguments(random: Random, of: str = "") -> str:
    if of in GREEDY:
        return ", ".join(random.choice(MODEST) for _ in range(random.choice((0, 1, 2))))
    return ", ".join(value(random) for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3))))


def _operator(random: Random) -> str:
    left, right = value(random), value(random)
    dice = random.random()
    if dice < 0.7:
        return f"() => (({left}) {random.choice(BINARY)} ({right}))"
    if dice < 0.85:
        return f"() => {random.choice(UNARY)}({left})"
    if dice < 0.95:
        return f"() => ({left})?.[{right}]"
    act = random.choice((f"o[k] = {value(random)}", "delete o[k]", "o[k]++", "o[k] ??= 1"))
    return f"() => {{ const o = {left}, k = {right}; const was = o[k]; return [was, {act}, o] }}"


def call(random: Random) -> str:
    """A function without parameters that does one thing and gives what came of it."""
    dice = random.random()
    if dice < 0.25:
        return _operator(random)
    if dice < 0.5:
        function = random.choice(FUNCTIONS)
        given = _arguments(random, function) or "0"  # a Date without says what the time is
        return f"() => {function}({given})"
    receivers, methods = METHODS[random.choice((*METHODS, "String", "Array", "Array"))]
    kind = random.choice(("method", "method", "method", "spread", "stranger"))
    receiver, method = random.choice(receivers), random.choice(methods)
    if kind == "stranger":
        owner = next(name for name, (_, its) in METHODS.items() if its is methods)
        return f"() => {owner}.prototype.{method}.call({value(random)}, {_arguments(random, method)})"
    shown = "[...r]" if kind == "spread" else "r"
    return (
        f"() => {{ const o = {receiver}; const r = o.{method}({_arguments(random, method)}); "
        f"return [{shown}, o] }}"
    )


def program(calls: list[str]) -> str:
    """An expression: an array with one text for each call."""
    listed = ",\n".join(calls)
    return f"(() => {{ 'use strict'; {TELL} return [{listed}].map(attempt) }})()"
