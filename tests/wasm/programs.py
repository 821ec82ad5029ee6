"""Random JavaScript programs: try, generators, async, closures, around leaves.py.

Each is one expression statement whose value says all that happened, ends by itself,
and is the same for the same number. Not a test file.
"""

from __future__ import annotations

from random import Random
from typing import Final

from tests.wasm.leaves import statement

DEPTH: Final = 3
LEAVES: Final = (
    "log.push({n})",
    "log.push(x += {n})",
    "x = x * 3 % 1009; log.push('x' + x)",
    "log.push(/(\\d)(?:{n}|a)*/.exec('a' + x + '{n}a')?.[1] ?? 'none')",
    "log.push([x, {n}, 7].sort().join(), JSON.stringify({{x, n: [{n}]}}))",
    "if (x % 3 == {m}) throw new Error('e{n}')",
    "if (x % 5 == {m}) return 'r{n}'",
    "log.push(BigInt(x) ** {m}n + '')",
    "[3, 1, 2].forEach(i => {{ if (i == {m}) x += i; }})",
    "null_{m}.f",
)


def _body(random: Random, kind: str, depth: int, data: bool) -> str:
    return " ".join(
        _statement(random, kind, depth, data) for _ in range(random.randint(1, 3))
    )


def _statement(random: Random, kind: str, depth: int, data: bool) -> str:
    if depth <= 0 or random.random() < 0.25:
        if data and random.random() < 0.5:
            return statement(random)
        text = random.choice(LEAVES[: 9 if random.random() < 0.9 else 10])
        return text.format(n=random.randint(0, 99), m=random.randint(0, 2)) + ";"
    inner = _body(random, kind, depth - 1, data)
    second = _body(random, kind, depth - 1, data)
    name = f"v{random.randint(0, 999_999)}"
    made = [
        f"try {{ {inner} }} catch (e) {{ log.push(e.message ?? e); {second} }}",
        f"try {{ {inner} }} finally {{ {second} }}",
        f"try {{ {inner} }} catch {{ x++; }} finally {{ log.push('f', x); }}",
        f"for (let {name} = 0; {name} < 3; {name}++) {{ {inner} "
        f"if ({name} == x % 3) continue; {second} }}",
        f"{name}: {{ {inner} if (x % 2) break {name}; {second} }}",
        f"{{ const {name} = () => {{ {_body(random, 'plain', depth - 1, data)} }}; "
        f"try {{ log.push({name}()); }} catch (e) {{ log.push('c' + x); }} }}",
        f"{{ function* {name}() {{ {_body(random, 'generator', depth - 1, data)}"
        f" yield x; }} try {{ for (const y of {name}()) {{ log.push(y);"
        " if (x % 4 == 1) break; } }"
        " catch (e) { log.push(e.message ?? e); } }",
    ]
    if kind == "generator":
        made += [f"yield log.push('y'); {inner}", f"try {{ yield x; {inner} }}"
                 f" finally {{ yield 'z'; {second} }}"]  # fmt: skip
    if kind == "async":
        made += [
            f"await null; {inner}",
            f"try {{ await Promise.reject(x); }} catch (e) {{ {inner} }}",
            f"for await (const y of [x, Promise.resolve(1)]) {{ {inner} }}",
        ]
    return random.choice(made)


def program(number: int, *, data: bool = False) -> str:
    """The program with this number; `data`: with leaves.py, which may never end."""
    random = Random(number)
    kind = random.choice(("plain", "async"))
    body = _body(random, kind, DEPTH, data)
    head = "async " if kind == "async" else ""
    catch = "(e) => { log.push('end ' + e); }"
    call = f"run().then((v) => {{ log.push(v); }}, {catch}).then(() => log.join())"
    if kind == "plain":
        call = (
            "(() => { try { log.push(run()); } catch (e) { log.push('end ' + e); } "
            "return log.join(); })()"
        )
    return f"(() => {{ const log = []; let x = {random.randint(0, 50)}; " + (
        f"const run = {head}() => {{ {body} }}; return {call}; }})()"
    )
