"""How each program of tests/vectors/xs-repairs/hostile may end; data only.

With 128 MiB of heap and 0.1 seconds of CPU. A program that has several ends is one
that a faster or a slower engine ends otherwise; any may run out of time where its
memory or itself would end it, since machines differ in speed. How late each is after
an interrupt is in docs/hostile-programs.md.
"""

from __future__ import annotations

from typing import Final

# Stopped by the interrupt, which the engine looks at while it works.
INTERRUPT: Final = """
array-like-copywithin array-like-flat array-like-includes array-like-indexof
array-like-lastindexof array-like-reverse array-like-shift array-like-slice
array-like-sort array-like-splice array-like-unshift assign-keys bigint-asn bigint-div
bigint-mul bigint-parse bigint-parse-lit date-parse escape eval-big eval-class-fields
eval-cond-chain eval-lets eval-vars function-ctor global-keys json-parse-keys loop
number-parse one-object-keys promise-chain promise-flood proto-chain proxy-chain regex
regex-compile regex-global regex-u-set setproto sparse-foreach sparse-indexof
sparse-reverse sparse-sort sparse-sort-cmp spread-args string-bigint string-bigint2
string-includes string-indexof string-lastindexof string-normalize2 string-replace-long
string-replaceall string-split symbol-desc-sort symbol-for-flood tofixed
"""
MEMORY: Final = """
array-growth array-growth-ints array-like-concat array-like-copywithin array-like-fill
array-like-flat array-like-from array-like-join array-like-lastindexof
array-like-reverse array-like-typed buffer-alloc compartments concat-big decodeuri
freeze-sparse fromentries-keys harden-big json-parse-big json-stringify-big map-collide
map-delete map-grow ownkeys regex-compile regex-long set-iterate-delete sort-ints
sort-strs sparse-join sparse-join2 sparse-spread string-charat string-concat-args
string-double string-localecompare string-pad string-upper symbol-flood typed-fill
typed-indexof typed-join typed-set typed-sort
"""
STACK: Final = "array-like-apply sparse-json"
ERROR: Final = """
atomics-wait bigint-pow eval-cond-chain eval-labels json-stringify-big weakref-flood
"""
VALUE: Final = """
array-like-concat array-like-every array-like-flat array-like-reduce assign-keys
bigint-parse bigint-parse-lit eval-class-fields eval-labels eval-lets eval-vars for-in
fromentries-keys json-parse-keys json-stringify-big map-delete number-parse2
regex-compile regex-global regex-long regex-nested-empty regex-u-set set-iterate-delete
sort-ints string-bigint string-bigint2 string-includes string-indexof string-lastindexof
string-normalize string-normalize2 string-replaceall string-split symbol-desc-sort
typed-join typed-set
"""

KINDS: Final = {
    "interrupt": frozenset(INTERRUPT.split()),
    "memory": frozenset(MEMORY.split()),
    "stack": frozenset(STACK.split()),
    "error": frozenset(ERROR.split()),
    "value": frozenset(VALUE.split()),
}
NAMES: Final = sorted(frozenset().union(*KINDS.values()))
_TIMED: Final = frozenset(("interrupt", "memory", "value"))


def ends_of(name: str) -> frozenset[str]:
    """The ends of `engo.testing.attacks` that are right for a program."""
    ends = {kind for kind, names in KINDS.items() if name in names}
    if ends & _TIMED:
        ends.add("time")
    return frozenset(ends)
