"""What of an object can be reached from afar, and how arguments arrive."""

from __future__ import annotations

import pytest

from engo.captp import (
    Exo,
    Far,
    FarFunction,
    JSError,
    JSTypeError,
    Remotable,
    Symbol,
    Tagged,
    Turns,
    Undefined,
    method,
)
from engo.captp.remotable import fitted, invoke


class Base(Remotable):
    @method
    def list_names(self) -> list[str]:
        return []

    @method("odd-name")
    def odd(self) -> str:
        return "odd"

    def hidden(self) -> str:
        return "hidden"


class Derived(Base):
    @method
    def list_(self, first: object, second: object = None) -> list[object]:
        return [first, second]

    def list_names(self) -> list[str]:
        return ["mine"]


def do(target: object, prop: object, args: list[object] | None) -> object:
    return invoke(target, prop, args, Turns())


def names_of(target: object) -> object:
    return do(target, "__getMethodNames__", [])


def test_only_marked_methods_are_exposed() -> None:
    assert names_of(Base()) == ["__getMethodNames__", "listNames", "odd-name"]
    assert names_of(Derived()) == [
        *("__getMethodNames__", "list", "listNames", "odd-name"),
    ]
    assert do(Derived(), "listNames", []) == ["mine"]
    assert do(Derived(), "odd-name", []) == "odd"


@pytest.mark.parametrize(
    "name", ["hidden", "list_", "__init__", "captp_find", "__class__", ""]
)
def test_nothing_else_is(name: str) -> None:
    with pytest.raises(JSTypeError) as caught:
        do(Derived(), name, [])
    assert str(caught.value) == (
        f'target has no method "{name}", '
        'has ["__getMethodNames__","list","listNames","odd-name"]'
    )


@pytest.mark.parametrize("target", [5, "text", None, Undefined, [1], {"a": 1}])
def test_data_has_no_methods(target: object) -> None:
    with pytest.raises(JSTypeError) as caught:
        do(target, "lookup", [])
    assert str(caught.value) == 'target has no method "lookup", has []'


def test_names_that_are_no_strings() -> None:
    with pytest.raises(JSTypeError, match="asyncIterator"):
        do(Base(), Symbol("@@asyncIterator"), [])


def test_arguments_arrive_as_javascript_gives_them() -> None:
    assert do(Derived(), "list", []) == [Undefined, None]
    assert do(Derived(), "list", [1]) == [1, None]
    assert do(Derived(), "list", [1, 2, 3]) == [1, 2]
    every = FarFunction("every", lambda *args: list(args))
    assert do(every, None, [1, 2, 3]) == [1, 2, 3]
    one = FarFunction("one", lambda first: first)
    assert do(one, None, []) is Undefined
    assert fitted(len, ["as it came", 1]) == ["as it came", 1]


def test_only_functions_are_applied() -> None:
    with pytest.raises(JSTypeError, match="not a function: Alleged: Base"):
        do(Base(), None, [])
    with pytest.raises(JSTypeError, match="not a function"):
        do(5, None, [])


def test_exo() -> None:
    class Host(Exo):
        @method
        def ping(self) -> str:
            return "pong"

    host = Host("EndoHost")
    assert names_of(host) == [
        *("__getInterfaceGuard__", "__getMethodNames__", "ping"),
    ]
    guard = do(host, "__getInterfaceGuard__", [])
    assert guard == Tagged(
        "guard:interfaceGuard",
        {
            "defaultGuards": "passable",
            "interfaceName": "EndoHost",
            "methodGuards": {},
        },
    )
    assert do(host, "ping", []) == "pong"


def test_far() -> None:
    far = Far("Far", {"odd name": lambda: 1}, plain=lambda: 2)
    assert names_of(far) == ["__getMethodNames__", "odd name", "plain"]
    assert (do(far, "odd name", []), do(far, "plain", [])) == (1, 2)


@pytest.mark.parametrize(
    ("given", "iface"),
    [
        ("Bob", "Alleged: Bob"),
        ("Alleged: Bob", "Alleged: Bob"),
        ("DebugName: Bob", "DebugName: Bob"),
        ("Remotable", "Remotable"),
        (None, "Alleged: Base"),
    ],
)
def test_interface_names(given: str | None, iface: str) -> None:
    target = Base(given)
    assert target.iface == iface
    assert repr(target) == f"<{iface}>"


def test_reading_properties() -> None:
    items = ["a", "b"]
    assert do({"a": 1}, "a", None) == 1
    assert do({"a": 1}, "b", None) is Undefined
    assert do(items, "1", None) == "b"
    assert do(items, 0, None) == "a"
    assert do(items, "length", None) == 2
    for prop in ("2", "01", "-1", "x", Symbol("@@iterator"), "99999999999"):
        assert do(items, prop, None) is Undefined
    assert do(Base(), "nothing", None) is Undefined
    assert do("text", "length", None) is Undefined
    with pytest.raises(JSTypeError, match="Cannot read"):
        do(None, "a", None)
    with pytest.raises(JSError) as caught:
        do(Base(), "listNames", None)
    assert str(caught.value) == (
        'Remotables must be explicitly declared: "[Function listNames]"'
    )
