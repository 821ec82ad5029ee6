"""Intl is shared by all compartments of a machine and tells none about another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engo.bootstrap.build import build_image, reader
from engo.bootstrap.modules import ModuleServer
from engo.powers.package import executable_path, image_path
from engo.worker.blocking import Worker
from native.xs.fetch import endo_packages
from native.xs.intl_packages import intl_packages
from native.xs.pipeline import BUILD, CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    "Locale", "PluralRules", "NumberFormat", "ListFormat", "RelativeTimeFormat",
    "DateTimeFormat", "getCanonicalLocales", "supportedValuesOf",
)  # fmt: skip
FORMATTERS = NAMES[1:6]
# What a call gives twice must not be one object, or compartments could talk.
GIVES = """
[
  () => new Intl.DateTimeFormat('en').formatToParts(0),
  () => new Intl.DateTimeFormat('en').formatRangeToParts(0, 1e12),
  () => new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo' }).resolvedOptions(),
  () => new Intl.NumberFormat('en').formatToParts(1234.5),
  () => new Intl.NumberFormat('en').formatRangeToParts(1, 2),
  () => new Intl.NumberFormat('en').resolvedOptions(),
  () => new Intl.PluralRules('en').resolvedOptions(),
  () => new Intl.PluralRules('en').resolvedOptions().pluralCategories,
  () => new Intl.ListFormat('en').formatToParts(['a', 'b', 'c']),
  () => new Intl.ListFormat('en').resolvedOptions(),
  () => new Intl.RelativeTimeFormat('en').formatToParts(1, 'day'),
  () => new Intl.RelativeTimeFormat('en').resolvedOptions(),
  () => new Intl.Locale('en-US').maximize(),
  () => new Intl.Locale('en-US').getCalendars(),
  () => new Intl.Locale('en-US').getCollations(),
  () => new Intl.Locale('en-US').getHourCycles(),
  () => new Intl.Locale('en-US').getNumberingSystems(),
  () => new Intl.Locale('en-US').getTimeZones(),
  () => new Intl.Locale('en-US').getWeekInfo(),
  () => new Intl.Locale('en-US').getWeekInfo().weekend,
  () => new Intl.Locale('en-US').getTextInfo(),
  () => Intl.getCanonicalLocales(['en', 'de']),
  () => Intl.NumberFormat.supportedLocalesOf(['en']),
  () => Intl.supportedValuesOf('timeZone'),
  () => Intl.supportedValuesOf('calendar'),
  () => Intl.supportedValuesOf('currency'),
]
""".strip()


@pytest.fixture(scope="module")
def guest() -> Iterator[Worker]:
    with Worker(image="endo-intl") as worker:
        yield worker


def test_the_namespace_is_the_standard_s(guest: Worker) -> None:
    assert guest.evaluate("Object.getOwnPropertyNames(Intl)") == list(NAMES)
    for name in FORMATTERS:
        assert guest.evaluate(f"Object.getOwnPropertyNames(Intl.{name})") == [
            "length", "name", "prototype", "supportedLocalesOf",
        ]  # fmt: skip


def test_a_constructor_leads_to_itself_only(guest: Worker) -> None:
    for name in ("Locale", *FORMATTERS):
        assert guest.evaluate(
            f"Intl.{name}.prototype.constructor === Intl.{name} && "
            f"new Intl.{name}('en').constructor === Intl.{name}"
        )


def test_what_is_given_is_given_once(guest: Worker) -> None:
    """And a change of it is not seen by who asks next."""
    shared = guest.evaluate(
        f"""
        {GIVES}.filter(give => {{
          const first = give();
          const text = JSON.stringify(first);
          let parts = [first];
          while (parts.length) {{
            const part = parts.pop();
            if (Object(part) !== part) continue;
            parts.push(...Object.values(part));
            for (const key of Object.keys(part)) {{
              try {{ part[key] = 'changed'; }} catch {{}}
            }}
            try {{ part.push('more'); }} catch {{}}
          }}
          const next = give();
          return next === first || JSON.stringify(next) !== text;
        }}).map(String)
        """.strip()
    )
    assert shared == []


ATTACKS = """
Intl.x = 1
Intl.NumberFormat = null
Intl.DateTimeFormat.prototype.format = null
Intl.Locale.prototype.x = 1
Intl.NumberFormat.supportedLocalesOf = null
Number.prototype.toLocaleString = null
Date.prototype.toLocaleDateString = null
Object.setPrototypeOf(Intl.ListFormat, null)
delete Intl.PluralRules.prototype.select
Object.getPrototypeOf(new Intl.RelativeTimeFormat('en')).format = 1
"""


@pytest.mark.parametrize("attack", ATTACKS.strip().splitlines())
def test_a_compartment_cannot_change_it(guest: Worker, attack: str) -> None:
    source = f"(() => {{ try {{ {attack}; return 'done' }} catch (e) "
    source += "{ return e.name } })()"
    assert (
        guest.evaluate(f"new Compartment().evaluate({json.dumps(source)})")
        == "TypeError"
    )


def test_every_compartment_has_it_and_may_replace_its_own(guest: Worker) -> None:
    assert guest.evaluate(
        "const c = new Compartment();"
        "const inner = c.evaluate('new Compartment()');"
        "c.evaluate('Intl = 1');"
        "[c.evaluate('typeof Intl'), inner.evaluate('typeof Intl.NumberFormat'),"
        " typeof Intl].join()"
    ) == ("number,function,object")


@pytest.mark.parametrize(
    "program",
    [
        "new Intl.DateTimeFormat('en').format()",
        "new Intl.DateTimeFormat('en').formatToParts()",
        "new Intl.DateTimeFormat('en').format(undefined)",
        "new Intl.DateTimeFormat('en').format(new Date())",
        "new Date().toLocaleString()",
    ],
)
def test_nobody_is_told_the_time(guest: Worker, program: str) -> None:
    assert guest.evaluate(
        f"(() => {{ try {{ return {program} }} catch (e) {{ return e.message }} }})()"
    ).endswith("secure mode")


def test_the_page_s_clock_gives_dates_to_who_asks_for_none(guest: Worker) -> None:
    """docs/javascript.md has it, for libraries such as luxon."""
    page = (BUILD.parent / "docs" / "javascript.md").read_text()
    program = page.partition("```js\n")[2].partition("```")[0]
    assert "const now" in program
    source = f"{program}; new Intl.DateTimeFormat('en', {{ timeZone: 'UTC' }}).format()"
    script = json.dumps(source)
    assert guest.evaluate(f"new Compartment().evaluate({script})") == "11/14/2023"
    parts = json.dumps(
        f"{program}; [new Intl.DateTimeFormat('en').formatToParts().length,"
        " new Intl.DateTimeFormat('en').format(0), Intl.NumberFormat.name,"
        " new Date().getTime(), new Date(0).getTime(), Date.now(),"
        " Date.UTC(1970, 0)].join()"
    )
    assert guest.evaluate(f"new Compartment().evaluate({parts})") == (
        "5,1/1/1970,NumberFormat,1700000000000,0,1700000000000,0"
    )


def test_two_builds_are_equal_and_what_is_installed() -> None:
    executable = executable_path()
    assert executable is not None
    folders = endo_packages(BUILD), intl_packages(BUILD, CACHE)
    built = build_image(executable, "endo-intl", ModuleServer(reader(*folders)))
    with open(image_path("endo-intl"), "rb") as stream:
        assert stream.read() == built, "run build_ffi.py"
