"""docs/javascript.md holds, and what guests share is frozen.

The programs are in features.py. How the shims are bundled is tested at the end.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engo.bootstrap.commonjs import BundleError, Bundler
from engo.worker.blocking import Worker
from tests.bootstrap.features import PROGRAMS

PAGE = Path(__file__).parents[2] / "docs" / "javascript.md"
STATES = ("native", "shim", "transform", "absent")
STATEMENT = re.compile(r"(const|let|try|return)\b")


def rows() -> dict[str, str]:
    """Feature -> what the page says of it."""
    text = PAGE.read_text().partition("\n## Intl\n")[0]  # tests/intl has the rest
    found = re.findall(r"^\| (.+) \| (\w+)[^|]* \|$", text, re.M)
    return dict(found)


@pytest.fixture(scope="module", params=["bare", "endo"])
def guest(request: pytest.FixtureRequest) -> Iterator[Worker]:
    with Worker(image=request.param) as worker:
        yield worker


def test_every_row_has_a_program_and_a_known_state() -> None:
    assert list(rows()) == list(PROGRAMS)
    assert set(rows().values()) == set(STATES)


def whole(program: str) -> str:
    if not STATEMENT.match(program):
        return f"({program})"
    return f"(async () => {{ {program} }})()"


@pytest.mark.parametrize("feature", PROGRAMS)
def test_the_page_says_what_is_there(guest: Worker, feature: str) -> None:
    assert guest.evaluate(whole(PROGRAMS[feature])) is True


@pytest.mark.parametrize(
    "feature", [name for name, state in rows().items() if state in ("native", "shim")]
)
def test_compartments_that_guests_make_have_it_too(guest: Worker, feature: str) -> None:
    assert (
        guest.evaluate(
            f"globalThis.text = {json.dumps(whole(PROGRAMS[feature]))};"
            "new Compartment({ globals: { text } })"
            ".evaluate('new Compartment().globalThis').eval(text)"
        )
        is True
    )


# Values that no global leads to, made by what the shims return.
MADE = """
[
  [].values(), [].values().map(x => x), [].values().flatMap(x => [x]),
  Iterator.from({ next() {} }), Iterator.concat([1]), Iterator.zip([[1]]),
  Iterator.zipKeyed({ a: [1] }), new URLSearchParams('a=1').entries(),
  new URLSearchParams('a=1').keys(), new URL('a:b'), new URL('a:b').searchParams,
  new DisposableStack(), new AsyncDisposableStack(), new SuppressedError(),
  new AbortController(), new AbortController().signal, new DOMException(),
  structuredClone({ a: [1] }), structuredClone(new Error('x')), 'a'.matchAll(/a/g),
  Promise.try(() => 1), Promise.withResolvers().promise, new Set().union(new Set()),
  (async function* () {}).prototype, (function* () {}).prototype, Array.fromAsync([]),
  new Compartment(), new ModuleSource(''), new TextEncoder(), new TextDecoder(),
]
"""
UNFROZEN = f"""
(() => {{
  const seen = new Set(), found = [];
  const walk = (value, path) => {{
    if (Object(value) !== value || seen.has(value)) return;
    seen.add(value);
    if (!Object.isFrozen(value)) found.push(path);
    walk(Object.getPrototypeOf(value), path + '.__proto__');
    for (const key of Reflect.ownKeys(value)) {{
      const d = Object.getOwnPropertyDescriptor(value, key);
      for (const part of ['get', 'set', 'value'])
        walk(d[part], path + '.' + String(key));
    }}
  }};
  const c = new Compartment();
  for (const key of Reflect.ownKeys(c.globalThis)) {{
    if (c.globalThis[key] === c.globalThis) continue;
    walk(c.globalThis[key], String(key));
  }}
  {MADE}.forEach((value, i) => walk(Object.getPrototypeOf(value), 'made ' + i));
  return [seen.size, found];
}})()
""".strip()


def test_nothing_that_compartments_share_can_be_changed(guest: Worker) -> None:
    count, unfrozen = guest.evaluate(UNFROZEN)
    assert count > 550
    # Each compartment has its own of these three.
    own = ("Compartment", "Function", "eval")
    assert [path for path in unfrozen if path.split(".")[0] not in own] == []


ATTACKS = """
URL.prototype.x = 1
URL.canParse = null
Iterator.prototype.map = null
Object.getPrototypeOf([].values().map(x => x)).next = null
structuredClone.x = 1
AbortSignal.any = null
DOMException.prototype.name = 1
Object.defineProperty(URLSearchParams.prototype, 'get', { value: 1 })
Object.setPrototypeOf(DisposableStack, null)
delete Set.prototype.union
Array.fromAsync = 1
"""


@pytest.mark.parametrize("attack", ATTACKS.strip().splitlines())
def test_a_compartment_cannot_change_another_ones_shims(
    guest: Worker, attack: str
) -> None:
    source = f"(() => {{ try {{ {attack}; return 'done' }} catch (e) "
    source += "{ return e.name } })()"
    assert (
        guest.evaluate(f"new Compartment().evaluate({json.dumps(source)})")
        == "TypeError"
    )


def test_replacing_a_global_is_seen_in_ones_own_compartment_only(guest: Worker) -> None:
    assert guest.evaluate(
        "const c = new Compartment(); c.evaluate('URL = 1; delete globalThis.atob');"
        "[c.evaluate('typeof URL + typeof atob'), typeof URL + typeof atob,"
        " new Compartment().evaluate('typeof URL + typeof atob')].join()"
    ) == ("numberundefined,functionfunction,functionfunction")


def test_shims_never_hand_out_the_start_compartment(guest: Worker) -> None:
    """Called without a receiver, with callbacks, with odd arguments."""
    leaks = guest.evaluate(
        """
        (() => {
          const found = [];
          const look = (value, path) => {
            if (Object(value) !== value) return;
            let names = [];
            try { names = Object.getOwnPropertyNames(value); } catch {}
            if (names.some(n => n.startsWith('engo') || n.startsWith('__core')))
              found.push(path);
          };
          const spy = function (...all) {
            look(this, 'this'); all.forEach(a => look(a, 'argument')); return 1;
          };
          const inputs = [[], [spy], [{}, spy], [[1], spy], [spy, spy], ['a:b', {}]];
          const receivers = [undefined, {}, [], [].values(), new Set(), new Map()];
          for (const name of ['Iterator', 'URL', 'URLSearchParams', 'structuredClone',
            'atob', 'btoa', 'queueMicrotask', 'AbortController', 'AbortSignal',
            'DisposableStack', 'DOMException', 'Set', 'Map', 'Array', 'Promise']) {
            const top = globalThis[name];
            for (const holder of [top, top.prototype]) {
              if (!holder) continue;
              for (const key of Reflect.ownKeys(holder)) {
                const d = Object.getOwnPropertyDescriptor(holder, key);
                for (const f of [d.value, d.get, d.set]) {
                  if (typeof f !== 'function') continue;
                  for (const receiver of receivers) for (const list of inputs) {
                    const at = `${name}.${String(key)}`;
                    try { look(Reflect.apply(f, receiver, list), at);
                    } catch (e) { look(e, `${at} throws`); }
                  }
                }
              }
            }
          }
          return found;
        })()
        """.strip()
    )
    assert leaks == []


# The bundler.


def bundle(files: dict[str, str], *entries: str) -> str:
    read = {("m", *name.split("/")): text.encode() for name, text in files.items()}
    return Bundler(read.get, "m").script(list(entries))


def run(files: dict[str, str], *entries: str) -> object:
    with Worker(image="bare") as worker:
        return worker.evaluate(bundle(files, *entries))


def test_modules_run_once_in_the_order_of_their_use() -> None:
    files = {
        "p/a.js": "var b = require('./in/b'); exports.log = b.log + 'a';",
        "p/in/b.js": "exports.log = require('../c.js').log + 'b';",
        "p/c.js": "exports.log = 'c'; exports.again = require('./a');",
    }
    assert run(files, "p/c.js", "p/a.js") == {"log": "cba"}


def test_a_bundle_is_strict_and_its_modules_have_no_receiver() -> None:
    files = {"p/a.js": "module.exports = [this === undefined, !(() => this)()]"}
    assert run(files, "p/a.js") == [True, True]


def test_what_is_required_and_missing_is_named() -> None:
    with pytest.raises(BundleError, match=r"p/b\.js, required by p/a\.js"):
        bundle({"p/a.js": "require('./b')"}, "p/a.js")
    with pytest.raises(BundleError, match=r"expected the module p/a\.js; is"):
        bundle({}, "p/a.js")
    with pytest.raises(BundleError, match="expected a relative path"):
        bundle({"p/a.js": "require('fs')"}, "p/a.js")
