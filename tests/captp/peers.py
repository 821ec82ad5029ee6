"""Python twins of the objects and scripts behind `tests/vectors/captp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engo.captp import (
    BigInt,
    Far,
    FarFunction,
    JSRangeError,
    JSTypeError,
    Promise,
    Remotable,
    Session,
    Thrown,
    Turns,
    Undefined,
    error_name,
    make_promise,
    method,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Script = Callable[["Session", "Turns"], Generator[Promise, Any, object]]


class Counter(Remotable):
    def __init__(self) -> None:
        super().__init__("Counter")
        self.total = 0

    @method
    def incr(self, by: int) -> BigInt:
        self.total += by
        return BigInt(self.total)

    @method
    def read(self) -> BigInt:
        return BigInt(self.total)


class Bob(Remotable):
    """The recorded bootstrap object. What it does after a timer is in `later`."""

    def __init__(self, turns: Turns) -> None:
        super().__init__("Bob")
        self.turns = turns
        self.same = Far("Stable")
        self.later: list[Callable[[], object]] = []

    @method
    def add(self, left: int, right: int) -> int:
        return left + right

    @method
    def call_back(self, listener: object, text: str) -> Promise:
        return self.turns.send(listener, "notify", text)

    @method
    def count(self) -> int:
        return 0

    @method
    def echo(self, value: object) -> object:
        return value

    @method
    def fail(self, text: str) -> None:
        raise JSTypeError(text)

    @method
    def fail_plain(self) -> None:
        raise Thrown({"why": "not an Error", "code": 7})

    @method
    def get_counter(self) -> Counter:
        return Counter()

    @method
    def get_fn(self) -> FarFunction:
        return FarFunction("fn", lambda text: f"fn {text}")

    @method
    def get_pair(self) -> dict[str, object]:
        first, resolver = make_promise(self.turns)
        second, rejecter = make_promise(self.turns)
        self.later.append(lambda: resolver.resolve("first"))
        self.later.append(lambda: rejecter.reject(JSRangeError("second")))
        return {"p": first, "q": second, "s": Far("Same")}

    @method
    def get_promise(self) -> Promise:
        promise, resolver = make_promise(self.turns)
        self.later.append(lambda: resolver.resolve("later"))
        return promise

    @method
    def ping(self) -> str:
        return "pong"

    @method
    def promise_of(self) -> dict[str, object]:
        promise, resolver = make_promise(self.turns)

        def resolve(value: object) -> object:
            resolver.resolve(value)
            return Undefined

        return {"promise": promise, "resolver": Far("Resolver", resolve=resolve)}

    @method
    def same_again(self) -> Remotable:
        return self.same

    @method
    def twice(self) -> list[object]:
        twin = Far("Dup")
        return [twin, twin]

    @method
    def type_name(self, value: object) -> str:
        return type(value).__name__

    def let_time_pass(self) -> None:
        later, self.later = self.later, []
        for call in later:
            call()


def bootstrap(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    return (yield session.bootstrap())


def call(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    return (yield turns.send(bob, "add", 2, 3))


def far_argument(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    listener = Far("Listener", notify=lambda text: f"heard {text}")
    return (yield turns.send(bob, "callBack", listener, "hi"))


def pipelining(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    counter = turns.send(bob, "getCounter")
    first = turns.send(counter, "incr", BigInt(5))
    second = turns.send(counter, "incr", BigInt(2))
    return f"{(yield first)},{(yield second)}"


def rejection(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    failed = turns.send(bob, "fail", "no such luck")
    return (yield failed.then(None, lambda error: f"{error_name(error)}: {error}"))


def failing(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    return (yield turns.send(bob, "fail", "no such luck"))


def ping(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    return (yield turns.send(bob, "ping"))


def promise_argument(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    promise, resolver = make_promise(turns)
    [echoed] = yield turns.send(bob, "echo", [promise])
    resolver.resolve(42)
    return (yield echoed)


def identity(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    mine = Far("Mine")
    ours = yield turns.send(bob, "echo", mine)
    theirs = yield turns.send(bob, "echo", bob)
    return [ours is mine, theirs is bob]


def property_get(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    echoed = turns.send(bob, "echo", {"deep": {"er": "v"}})
    return (yield turns.get(echoed, "deep"))


def apply_function(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    function = yield turns.send(bob, "getFn")
    return (yield turns.apply(function, "x"))


def promise_target(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    kit = yield turns.send(bob, "promiseOf")
    total = turns.send(kit["promise"], "incr", BigInt(4))
    counter = turns.send(bob, "getCounter")
    turns.send_only(kit["resolver"], "resolve", counter)
    return (yield total)


def drop(session: Session, turns: Turns) -> Generator[Promise, Any, object]:
    bob = yield session.bootstrap()
    counter = yield turns.send(bob, "getCounter")
    yield turns.send(counter, "incr", BigInt(1))
    yield turns.send(counter, "read")
    del counter
    return (yield turns.send(bob, "ping"))


SCRIPTS: dict[str, tuple[Script, object]] = {
    "02": (call, 5),
    "04": (far_argument, "heard hi"),
    "05": (pipelining, "5,7"),
    "06": (rejection, "TypeError: no such luck"),
    "11": (promise_argument, 42),
    "14": (identity, [True, True]),
    "15": (property_get, {"er": "v"}),
    "16": (apply_function, "fn x"),
    "26": (promise_target, BigInt(4)),
}
