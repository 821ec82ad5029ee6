"""Objects that can be called from afar: ours (Remotable) and a peer's (Presence).

Methods are exposed one by one with `@method`; nothing else of a class is reachable.
How a call becomes a message is for the session.
"""

from __future__ import annotations

from .jstext import quote, utf16_sorted
from .values import JSError, JSTypeError, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Protocol, TypeVar, overload

    from .promise import Promise, Turns

    Function = TypeVar("Function", bound=Callable[..., Any])

    class Peer(Protocol):
        """A session, as a presence sees it."""

        def call(
            self, target: str, prop: object, args: list[object] | None
        ) -> Promise: ...


METHOD_NAMES = "__getMethodNames__"
INTERFACE_GUARD = "__getInterfaceGuard__"
TAKES_ANY_NUMBER = 0x04  # CO_VARARGS of a code object


async def _coroutine() -> None: ...


_sample = _coroutine()
CoroutineType = type(_sample)
_sample.close()
del _sample


def camel(name: str) -> str:
    """`list_identifiers` as `listIdentifiers`; a trailing underscore is dropped."""
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


if TYPE_CHECKING:

    @overload
    def method(name: Function) -> Function: ...
    @overload
    def method(name: str) -> Callable[[Function], Function]: ...
    def method(name: Any) -> Any:
        """Expose a method to peers, by its name in camel case or by the name given."""

else:

    def method(name):
        """Expose a method to peers, by its name in camel case or by the name given."""
        if not isinstance(name, str):
            name.captp_name = camel(name.__name__)
            return name

        def expose(function):
            function.captp_name = name
            return function

        return expose


def interface(name: str) -> str:
    """The interface text of a name that may carry its prefix already."""
    if name.startswith(("Alleged: ", "DebugName: ")) or name == "Remotable":
        return name
    return f"Alleged: {name}"


class Remotable:
    """Base class of objects that peers may hold and call.

    Exposed methods get the arguments that JavaScript would give them: surplus ones
    are dropped, missing ones are `Undefined`. They return a value, a promise or,
    where `Turns.start_coroutine` is set, a coroutine; what they raise is the
    rejection. None is JavaScript's null: return `Undefined` where it says undefined.
    """

    captp_methods: ClassVar[dict[str, str]] = {}  # name for peers -> attribute
    iface: str

    def __init__(self, iface: str | None = None) -> None:
        self.iface = interface(iface or type(self).__name__)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        methods = dict(cls.captp_methods)
        for attribute, member in vars(cls).items():
            name = getattr(member, "captp_name", None)
            if isinstance(name, str):
                methods[name] = attribute
        cls.captp_methods = methods

    def captp_method_names(self) -> list[str]:
        """What `__getMethodNames__` answers."""
        return utf16_sorted([METHOD_NAMES, *self.captp_methods])

    def captp_find(self, name: str) -> Callable[..., object] | None:
        """The callable behind a method's name, or None."""
        attribute = self.captp_methods.get(name)
        if attribute is not None:
            found: Callable[..., object] = getattr(self, attribute)
            return found
        return self.captp_method_names if name == METHOD_NAMES else None

    def captp_apply(self, *args: object) -> object:
        """`E(target)(...)`; only functions can be applied."""
        raise JSTypeError(f"target is not a function: {self.iface}")

    def __repr__(self) -> str:
        return f"<{self.iface}>"


class Exo(Remotable):
    """A remotable that looks like an exo: it also answers `__getInterfaceGuard__`."""

    def captp_method_names(self) -> list[str]:
        return utf16_sorted([METHOD_NAMES, INTERFACE_GUARD, *self.captp_methods])

    def captp_find(self, name: str) -> Callable[..., object] | None:
        if name == INTERFACE_GUARD:
            return self.captp_guard
        return super().captp_find(name)

    def captp_guard(self) -> object:
        """The guard of an exo that takes any passable arguments."""
        from .values import Tagged  # rarely asked for

        payload: dict[str, object] = {
            "defaultGuards": "passable",
            "interfaceName": self.iface.removeprefix("Alleged: "),
            "methodGuards": {},
        }
        return Tagged("guard:interfaceGuard", payload)


class Far(Remotable):
    """A remotable from callables: `Far("Adder", add=lambda a, b: a + b)`.

    Names that are no Python names go into `methods`.
    """

    def __init__(
        self,
        iface: str,
        methods: dict[str, Callable[..., object]] | None = None,
        **more: Callable[..., object],
    ) -> None:
        super().__init__(iface)
        self._methods = {**(methods or {}), **more}

    def captp_method_names(self) -> list[str]:
        return utf16_sorted([METHOD_NAMES, *self._methods])

    def captp_find(self, name: str) -> Callable[..., object] | None:
        return self._methods.get(name) or super().captp_find(name)


class FarFunction(Remotable):
    """A remotable that is applied: `E(function)(...)`."""

    def __init__(self, iface: str, function: Callable[..., object]) -> None:
        super().__init__(iface)
        self._function = function

    def captp_apply(self, *args: object) -> object:
        return self._function(*fitted(self._function, list(args)))


class Presence:
    """A peer's object as we hold it; calls on it go out at once."""

    __slots__ = ("__weakref__", "iface", "session", "slot")

    def __init__(self, session: Peer, slot: str, iface: str) -> None:
        self.session = session
        self.slot = slot  # as we name it in messages: `o-1`
        self.iface = iface  # as the peer alleges

    def __repr__(self) -> str:
        return f"<Presence {self.slot} {self.iface}>"


def invoke(
    target: object, prop: object, args: list[object] | None, turns: Turns
) -> object:
    """Do one operation on a value of ours, now."""
    if args is None:
        return _read_property(target, prop)
    result = _call(target, prop, args)
    if type(result) is CoroutineType:
        if turns.start_coroutine is None:
            result.close()
            raise JSTypeError(
                "expected a plain method, came async def; set Turns.start_coroutine"
            )
        return turns.start_coroutine(result)
    return result


def _call(target: object, prop: object, args: list[object]) -> object:
    if not isinstance(target, Remotable):
        raise missing_method(prop, [])
    if prop is None:
        return target.captp_apply(*args)
    found = target.captp_find(prop) if isinstance(prop, str) else None
    if found is None:
        raise missing_method(prop, target.captp_method_names())
    return found(*fitted(found, args))


def fitted(function: Callable[..., object], args: list[object]) -> list[object]:
    """Arguments as JavaScript would pass them: more are dropped, fewer undefined."""
    code = getattr(function, "__code__", None)
    if code is None:
        return args
    maximum = code.co_argcount - (getattr(function, "__self__", None) is not None)
    if len(args) > maximum:
        return args if code.co_flags & TAKES_ANY_NUMBER else args[:maximum]
    missing = maximum - len(args) - len(getattr(function, "__defaults__", None) or ())
    return [*args, *[Undefined] * missing] if missing > 0 else args


def missing_method(prop: object, names: list[str]) -> JSTypeError:
    """The error of @endo/eventual-send for a method that is not there."""
    if prop is None:
        return JSTypeError("target is not a function")
    shown = quote(prop) if isinstance(prop, str) else f'"[{prop!r}]"'
    listed = ",".join([quote(name) for name in names])
    return JSTypeError(f"target has no method {shown}, has [{listed}]")


def _read_property(target: object, prop: object) -> object:
    if isinstance(target, dict):
        return target.get(prop, Undefined)
    if isinstance(target, (list, tuple)):
        return _read_item(target, prop)
    if isinstance(target, Remotable):
        if isinstance(prop, str) and target.captp_find(prop) is not None:
            shown = quote(f"[Function {prop}]")
            raise JSError(f"Remotables must be explicitly declared: {shown}")
        return Undefined
    if target is None or target is Undefined:
        raise JSTypeError(f"Cannot read properties of {target!r}")
    return Undefined


def _read_item(items: list[object] | tuple[object, ...], prop: object) -> object:
    if prop == "length":
        return len(items)
    if isinstance(prop, (int, str)):
        text = str(prop)
        if text.isascii() and text.isdigit() and len(text) < 10:
            index = int(text)
            if str(index) == text and index < len(items):
                return items[index]
    return Undefined
