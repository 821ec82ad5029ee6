"""CapTP in Python without I/O, byte-compatible with @endo/captp 4.5.

What is public, and nothing else. Nothing here may open, wait or read a clock, and
nothing may import more than builtins, since the command line pays for it.

Use
---
    turns = Turns()                       # one for all sessions that share values
    session = Session("cli", bootstrap_or_nothing, turns=turns)
    endo = session.bootstrap()            # Promise of the peer's bootstrap object
    answer = turns.send(endo, "ping")     # E(endo).ping()
    for message in session.take_outgoing(): ...        # bytes of JSON, no frame
    session.receive(message)              # raises RemoteProtocolError: hang up
    turns.run()                           # runs every reaction, in order
    answer.state, answer.value, answer.reason          # or answer.then(on_ok, on_error)

The loop of a shell: receive what came, `turns.run()`, write `take_outgoing()` of every
session; once more whenever `Turns.on_ready` or `Session.on_outgoing` was called.
At end of stream `session.connection_lost()`; to hang up politely `session.abort()`.
`session.on_disconnect` is a promise that is fulfilled with the exception that ended it.

Names
-----
Turns            push(callback, *args), run(), send, send_only, get, apply,
                 resolved(v), rejected(e); attributes on_ready, start_coroutine (makes a
                 Promise of the coroutine that an `async def` method returned)
Promise          then(ok, err) -> Promise, when(ok, err), state, value, reason
make_promise     (turns) -> (Promise, Resolver); Resolver: resolve(v), reject(e)
Remotable        base class: `super().__init__("Iface")`; expose methods with @method
                 (camel case of the Python name) or @method("jsName"); arguments are
                 fitted as JavaScript does (surplus dropped, missing Undefined)
Exo              a Remotable that also answers __getInterfaceGuard__ and lists it
Far, FarFunction remotables from callables: Far("Adder", add=lambda a, b: a + b)
Presence         a peer's object: iface, slot, session
Session          see its docstring
Undefined, BigInt, Symbol, Tagged   values that Python lacks (table in values.py)
JSError, JSTypeError, JSRangeError, JSReferenceError, JSSyntaxError
                 raise these to reject with a JavaScript error name; or give any
                 exception class an attribute `js_name`
RemoteError      an error from a peer: js_name, message, error_id, details
Thrown           a rejection whose reason is no error: value
CapTPError ...   the tree in errors.py; Limits in limits.py
marshal          encode_capdata, encode_smallcaps, decode
jstext           stringify, parse, quote, number_text
"""

from __future__ import annotations

from .errors import (
    CapTPError,
    Disconnected,
    LocalProtocolError,
    NotPassable,
    RemoteProtocolError,
)
from .limits import Limits
from .promise import Promise, Resolver, Turns, make_promise
from .remotable import Exo, Far, FarFunction, Presence, Remotable, method
from .session import Session
from .values import (
    BigInt,
    JSError,
    JSRangeError,
    JSReferenceError,
    JSSyntaxError,
    JSTypeError,
    RemoteError,
    Symbol,
    Tagged,
    Thrown,
    Undefined,
    error_name,
)

__all__ = [
    "BigInt",
    "CapTPError",
    "Disconnected",
    "Exo",
    "Far",
    "FarFunction",
    "JSError",
    "JSRangeError",
    "JSReferenceError",
    "JSSyntaxError",
    "JSTypeError",
    "Limits",
    "LocalProtocolError",
    "NotPassable",
    "Presence",
    "Promise",
    "Remotable",
    "RemoteError",
    "RemoteProtocolError",
    "Resolver",
    "Session",
    "Symbol",
    "Tagged",
    "Thrown",
    "Turns",
    "Undefined",
    "error_name",
    "make_promise",
    "method",
]
