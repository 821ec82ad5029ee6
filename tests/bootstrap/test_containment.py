"""What a guest can see and reach, from the guest's own point of view."""

from collections.abc import Iterator

import pytest

from engo.worker.blocking import Worker
from engo.worker.errors import GuestError

# Everything reachable from the globals through properties, prototypes and
# accessors; getters of functions that throw are skipped.
WALK = """
(() => {
  const seen = new Set();
  const found = [];
  const queue = [[globalThis, 'globalThis']];
  while (queue.length) {
    const [value, path] = queue.pop();
    if (Object(value) !== value || seen.has(value)) continue;
    seen.add(value);
    found.push([path, value]);
    queue.push([Object.getPrototypeOf(value), path + '.__proto__']);
    for (const key of Reflect.ownKeys(value)) {
      const d = Object.getOwnPropertyDescriptor(value, key);
      const at = path + '.' + String(key);
      queue.push([d.get, at + '.get'], [d.set, at + '.set'], [d.value, at]);
    }
  }
  return found;
})()
""".strip()


@pytest.fixture(scope="module", params=["bare", "endo", "endo-intl"])
def guest(request: pytest.FixtureRequest) -> Iterator[Worker]:
    with Worker(image=request.param) as worker:
        yield worker


def test_no_host_function_is_reachable(guest: Worker) -> None:
    names = guest.evaluate(f"{WALK}.map(([path]) => path).filter(p => /engo/i.test(p))")
    assert names == []
    names = guest.evaluate(
        f"{WALK}.filter(([, v]) => typeof v === 'function' && /engo/i.test(v.name))"
        ".map(([path]) => path)"
    )
    assert names == []


ABSENT = """
SharedArrayBuffer Atomics WeakRef FinalizationRegistry trace engoConsole
engoIssueCommand engoTrace engoBootstrap engoOnEvaluate lockdown petrify
mutabilities gc print process require setTimeout performance
"""


@pytest.mark.parametrize("name", ABSENT.split())
def test_absent_names(guest: Worker, name: str) -> None:
    assert guest.evaluate(f"typeof {name}") == "undefined"
    assert guest.evaluate(f"new Compartment().evaluate('typeof {name}')") == "undefined"


def test_no_constructor_leads_out(guest: Worker) -> None:
    escapes = guest.evaluate(
        f"""{WALK}.filter(([, v]) => typeof v === 'function').filter(([, v]) => {{
          let made;
          try {{ made = v.constructor('return globalThis') }} catch {{ return false }}
          try {{ return made() !== globalThis && typeof made() === 'object' }}
          catch {{ return false }}
        }}).map(([path]) => path)"""
    )
    assert escapes == []
    assert guest.evaluate("Function('return this')() === globalThis") is True


@pytest.mark.parametrize("kind", ["function*", "async function", "async function*"])
def test_hidden_function_constructors_refuse(guest: Worker, kind: str) -> None:
    with pytest.raises(GuestError):
        guest.evaluate(f"({kind} () {{}}).constructor('return 1')")


@pytest.mark.parametrize(
    "source", ["Date.now()", "new Date()", "Date()", "Math.random()"]
)
def test_no_clock_and_no_chance(guest: Worker, source: str) -> None:
    with pytest.raises(GuestError, match="secure mode"):
        guest.evaluate(source)
    with pytest.raises(GuestError, match="secure mode"):
        guest.evaluate(f"new Compartment().evaluate('{source}')")


def test_no_stack_is_visible(guest: Worker) -> None:
    assert guest.evaluate(
        "try { null.x } catch (e) { "
        "[typeof e.stack, 'stack' in e, Object.keys(e), String(e).includes(' at ')] }"
    ) == ["undefined", False, [], False]
    assert (
        guest.evaluate("try { issueCommand('no bytes') } catch (e) { typeof e.stack }")
        == "undefined"
    )


def test_shared_things_are_frozen(guest: Worker) -> None:
    soft = guest.evaluate(
        f"""(() => {{
          const own = new Set([globalThis, globalThis.global]);
          return {WALK}.filter(([path, v]) => !own.has(v) && !Object.isFrozen(v))
            .map(([path]) => path);
        }})()"""
    )
    assert soft == []


def test_consoles_and_harden_have_nothing_behind_them(guest: Worker) -> None:
    assert (
        guest.evaluate(
            """[console, harden, issueCommand, postCommand].map(v => {
          const proto = typeof v === 'function' ? Function : Object;
          return Object.isFrozen(v) && Object.getPrototypeOf(v) === proto.prototype;
        })"""
        )
        == [True] * 4
    )
    for name in ("caller", "arguments"):
        with pytest.raises(GuestError, match="strict mode"):
            guest.evaluate(f"issueCommand.{name}")


def test_a_guests_traps_get_no_host_object(guest: Worker) -> None:
    assert (
        guest.evaluate(
            """(() => {
          const args = [];
          const spy = new Proxy({}, {
            get: (t, k) => (...a) => { args.push(...a); return undefined },
          });
          const trapped = new Proxy({ a: 1 }, new Proxy({}, {
            get: (t, name) => (...a) => {
              args.push(...a); return Reflect[name](...a);
            },
          }));
          console.log(trapped, '%o', trapped, [trapped], spy);
          return args.filter(a => Object(a) === a && a !== trapped &&
            !('a' in a) && !('value' in a) && Reflect.ownKeys(a).length > 0).length;
        })()"""
        )
        == 0
    )


def test_a_global_of_the_guest_is_its_own(guest: Worker) -> None:
    assert guest.evaluate("globalThis.mine = 1; mine") == 1
    assert guest.evaluate("new Compartment().evaluate('typeof mine')") == "undefined"
    assert guest.evaluate("new Compartment().evaluate('typeof issueCommand')") == (
        "undefined"
    )


def test_import_finds_nothing(guest: Worker) -> None:
    for specifier in ("fs", "/etc/passwd", "./x.js", "engo:00-stacks.js"):
        with pytest.raises(GuestError):
            guest.evaluate(f"import('{specifier}')")
        modules = f"{{ m: {{ source: '{specifier}' }} }}"
        with pytest.raises(GuestError):
            guest.evaluate(f"new Compartment({{ modules: {modules} }}).importNow('m')")


def test_a_hostile_error_is_reported_and_harmless(guest: Worker) -> None:
    hostile = """
      const e = Error('x');
      Object.defineProperty(e, 'name', { get() { throw 1 } });
      const toString = () => { throw 2 };
      Object.defineProperty(e, 'message', { get: () => ({ toString }) });
      throw e"""
    with pytest.raises(GuestError) as caught:
        guest.evaluate(f"(() => {{ {hostile} }})()")
    assert caught.value.name == "Error"
    assert guest.evaluate("1") == 1


def test_what_is_thrown_may_be_anything(guest: Worker) -> None:
    for thrown, text, value in (
        ("'text'", "'text'", "text"),
        ("{ a: [1] }", "{ a: [1] }", {"a": [1]}),
        ("undefined", "undefined", None),
        ("new Proxy({}, { ownKeys() { throw 1 } })", "<a value that", None),
        ("Symbol('s')", "Symbol(s)", None),
        ("10n", "10n", None),
    ):
        with pytest.raises(GuestError) as caught:
            guest.evaluate(f"(() => {{ throw {thrown} }})()")
        assert caught.value.name == ""
        assert caught.value.message.replace("[ 1 ]", "[1]").startswith(text)
        assert caught.value.thrown == value


def test_what_is_thrown_is_told_though_it_cannot_be_changed(guest: Worker) -> None:
    """The place of a syntax error is moved out of its message, if it lets us."""
    with pytest.raises(GuestError, match=r"SyntaxError: g\.js:5: x"):
        guest.evaluate("throw Object.freeze(new SyntaxError('g.js:5: x'))", "g.js")
    with pytest.raises(GuestError) as caught:
        guest.evaluate("throw new Proxy({}, { getPrototypeOf() { throw 'trap'; } })")
    assert "trap" not in caught.value.message
