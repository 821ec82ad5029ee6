"""Random calls of the language's own functions and operators, as JavaScript.

One call is an expression that is tried and told as a text: what it gave, what became
of what it was called on, or the name of what it threw. The same seed gives the same
calls. Left out is what an engine may choose: error messages, locale, the last digit of
the mathematical functions, what ES2023 does not have. Not a test file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

# Tells any value, with its kind, so that 1 and "1" and 1n differ.
TELL: Final = """\
const tell = (v, depth = 3) => {
  if (typeof v === 'string') return JSON.stringify(v);
  if (typeof v === 'bigint') return `${v}n`;
  if (typeof v === 'symbol') return `@${v.description}`;
  if (Object.is(v, -0)) return '-0';
  if (typeof v === 'function') return `function ${v.name}/${v.length}`;
  if (typeof v !== 'object' || v === null) return `${v}`;
  if (depth === 0) return '...';
  const inner = (w) => tell(w, depth - 1);
  const kind = Object.prototype.toString.call(v).slice(8, -1);
  if (v instanceof Error) return `error ${v.name}`;
  if (v instanceof Date) return `Date ${+v}`;
  if (v instanceof RegExp) return `${v} ${v.lastIndex}`;
  if (v instanceof Map) return `Map{${[...v].map(inner)}}`;
  if (v instanceof Set) return `Set{${[...v].map(inner)}}`;
  if (v instanceof ArrayBuffer) return `bytes[${new Uint8Array(v)}]`;
  if (v instanceof DataView) return `view ${v.byteOffset} ${v.byteLength}`;
  if (v instanceof Promise) return 'promise';
  const keys = Reflect.ownKeys(v).filter((k) => !(k === 'length' && 'length' in v));
  const told = keys.slice(0, 40).map((k) => {
    const d = Reflect.getOwnPropertyDescriptor(v, k);
    const marks = [d.writable ?? true, d.enumerable, d.configurable];
    const text = d.get || d.set ? 'accessor' : inner(d.value);
    return `${tell(k)}${marks.map(Number).join('')}:${text}`;
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

_TABLES: Final = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
NUMBERS: Final[list[str]] = _TABLES["numbers"]
STRINGS: Final[list[str]] = _TABLES["strings"]
MUTE: Final = [f"mute({function})" for function in _TABLES["functions"]]
OTHERS: Final[list[str]] = [*_TABLES["others"], *MUTE]
METHODS: Final[dict[str, list[str]]] = _TABLES["methods"]
RECEIVERS: Final[dict[str, list[str]]] = {
    "String": STRINGS,
    "Number": NUMBERS,
    "Object": OTHERS,
    "Function": MUTE,
    **_TABLES["receivers"],
}
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
GREEDY: Final = frozenset(_TABLES["greedy"])
MODEST: Final = ("0", "1", "3", "-1", "'2'", "NaN", "null", "[2]", "5n", "'x'")


def _arguments(random: Random, of: str = "") -> str:
    if of in GREEDY:
        return ", ".join(random.choice(MODEST) for _ in range(random.choice((0, 1, 2))))
    return ", ".join(value(random) for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3))))


def _operator(random: Random) -> str:
    left, right = value(random), value(random)
    dice = random.random()
    if dice < 0.7:
        return f"() => (({left}) {random.choice(_TABLES['binary'])} ({right}))"
    if dice < 0.85:
        return f"() => {random.choice(UNARY)}({left})"
    if dice < 0.95:
        return f"() => ({left})?.[{right}]"
    act = random.choice(
        (f"o[k] = {value(random)}", "delete o[k]", "o[k]++", "o[k] ??= 1")
    )
    start = f"const o = {left}, k = {right}; const was = o[k]"
    return f"() => {{ {start}; return [was, {act}, o] }}"


def call(random: Random) -> str:
    """A function without parameters that does one thing and gives what came of it."""
    dice = random.random()
    if dice < 0.25:
        return _operator(random)
    if dice < 0.5:
        function = random.choice(_TABLES["calls"])
        # Without any, a Date says what the time is.
        given = _arguments(random, function) or "0"
        return f"() => {function}({given})"
    owner = random.choice((*METHODS, "String", "Array", "Array"))
    receiver, method = random.choice(RECEIVERS[owner]), random.choice(METHODS[owner])
    given = _arguments(random, method)
    kind = random.choice(("method", "method", "method", "spread", "stranger"))
    if kind == "stranger":
        return f"() => {owner}.prototype.{method}.call({value(random)}, {given})"
    shown = "[...r]" if kind == "spread" else "r"
    act = f"const o = {receiver}; const r = o.{method}({given})"
    return f"() => {{ {act}; return [{shown}, o] }}"


def program(calls: list[str]) -> str:
    """An expression: an array with one text for each call."""
    listed = ",\n".join(calls)
    return f"(() => {{ 'use strict'; {TELL} return [{listed}].map(attempt) }})()"
