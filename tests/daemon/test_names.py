"""Names over the socket: Endo's results and error texts (vectors 13-api-errors)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engo.captp import Far, JSError, Presence, RemoteError, Undefined, make_promise

if TYPE_CHECKING:
    from .running import Host, Running

SPECIALS = ["AGENT", "APPS", "ENDO", "INFO", "MAIL", "MAIN", "NETS", "NONE", "PINS"]
ALL_SPECIALS = [*SPECIALS, "SELF"]


@pytest.fixture(scope="module", autouse=True)
def _names(shared: Running) -> None:
    from .running import Host

    with shared.client() as client:
        host = Host(client)
        host.call("storeValue", 10, "ten")
        host.call("makeDirectory", "d")


def refused(host: Host, method: str, *args: object) -> tuple[str, str]:
    with pytest.raises(RemoteError) as caught:
        host.call(method, *args)
    return caught.value.js_name, caught.value.message


ERRORS: list[tuple[str, list[object], str, str]] = [
    ("lookup", [], "Error", "Invalid name path"),
    ("lookup", [[]], "Error", "Invalid name path"),
    ("lookup", [""], "Error", 'Invalid name ""'),
    ("lookup", [5], "Error", "Invalid name path"),
    ("lookup", ["nosuch"], "TypeError", 'Unknown pet name: "nosuch"'),
    ("lookup", ["Bad_Name"], "Error", 'Invalid name "Bad_Name"'),
    (
        "lookup",
        [["ten", "x"]],
        "TypeError",
        'target has no method "lookup", has []',
    ),
    ("lookup", [["d", "x"]], "TypeError", 'Unknown pet name: "x"'),
    (
        "lookup",
        ["HOST"],
        "Error",
        'Invalid pet name "HOST" and not one of APPS, AGENT, SELF, MAIN, ENDO, NETS, '
        "PINS, INFO, MAIL, NONE",
    ),
    ("has", ["NOPE"], "Error", 'Invalid pet name "NOPE"'),
    ("has", [], "Error", "Invalid name path"),
    (
        "reverseLocate",
        ["endo://x"],
        "Error",
        'Invalid locator "endo://x": Invalid node identifier.',
    ),
    (
        "reverseLocate",
        ["garbage"],
        "Error",
        'Invalid locator "garbage": Invalid URL.',
    ),
    ("reverseIdentify", ["abc"], "Error", 'Invalid formula identifier "abc"'),
    ("list", ["nope"], "TypeError", 'Unknown pet name: "nope"'),
    ("list", ["ten"], "TypeError", 'target has no method "list", has []'),
    ("write", ["x", "notanid"], "Error", 'Invalid formula identifier "notanid"'),
    ("remove", [], "Error", "Invalid name path"),
    ("remove", ["SELF"], "Error", 'Invalid pet name "SELF"'),
    (
        "remove",
        ["nosuch"],
        "Error",
        'Formula does not exist for pet name "nosuch"',
    ),
    ("move", ["a", "b"], "Error", "Invalid name path"),
    (
        "move",
        [["nosuch"], ["other"]],
        "Error",
        'Formula does not exist for pet name "nosuch"',
    ),
    ("move", [["nosuch"], ["d", "other"]], "Error", 'Unknown name: ["nosuch"]'),
    ("move", [["SELF"], ["me"]], "Error", 'Invalid pet name "SELF"'),
    ("move", [["ten"], ["UPPER"]], "Error", 'Invalid pet name "UPPER"'),
    ("copy", [["nosuch"], ["x"]], "Error", 'Unknown name: ["nosuch"]'),
    ("provideWorker", [""], "Error", 'Invalid name ""'),
    ("provideWorker", [[]], "Error", "Invalid name path"),
    ("provideWorker", [["nodir", "w"]], "TypeError", 'Unknown pet name: "nodir"'),
    ("storeValue", [1, "UPPER"], "Error", 'Invalid pet name "UPPER"'),
    ("storeValue", [1, "Bad_Name"], "Error", 'Invalid name "Bad_Name"'),
    ("storeValue", [1, ["nodir", "x"]], "TypeError", 'Unknown pet name: "nodir"'),
    ("storeBlob", [1], "Error", "Invalid name path"),
    ("storeBlob", [1, []], "Error", "Invalid name path"),
    ("makeDirectory", ["Bad_Name"], "Error", 'Invalid name "Bad_Name"'),
    (
        "evaluate",
        ["MAIN", "1", 5, []],
        "Error",
        "Evaluator requires an array of code names",
    ),
    ("evaluate", ["MAIN", "1", [5], ["ten"]], "Error", "Invalid endowment name: 5"),
    (
        "evaluate",
        ["MAIN", "1", ["a"], []],
        "Error",
        "Evaluator requires one pet name for each code name",
    ),
    (
        "evaluate",
        ["MAIN", Undefined, [], []],
        "TypeError",
        "first argument of evaluate() must be a string",
    ),
    (
        "evaluate",
        ["MAIN", "x", ["x"], ["nosuch"]],
        "Error",
        'Unknown pet name "nosuch"',
    ),
    ("evaluate", ["ten", "1", [], []], "Error", "Cannot evaluate using non-worker"),
    ("evaluate", ["MAIN", "1", [], [], "UPPER"], "Error", 'Invalid pet name "UPPER"'),
    ("cancel", [["d", "x"]], "Error", 'Invalid pet name ["d","x"]'),
    ("cancel", ["SELF"], "Error", 'Invalid pet name "SELF"'),
    ("cancel", ["nosuch"], "TypeError", 'Unknown pet name: "nosuch"'),
]


@pytest.mark.parametrize(("method", "args", "name", "message"), ERRORS)
def test_errors_have_endos_name_and_text(
    guest: Host, method: str, args: list[object], name: str, message: str
) -> None:
    assert refused(guest, method, *args) == (name, message)


def test_nothing_was_bound_by_what_failed(guest: Host) -> None:
    assert guest.call("list") == [*ALL_SPECIALS, "d", "ten"]


def test_has_identify_and_locate(guest: Host) -> None:
    assert guest.call("has", "ten") is True
    assert guest.call("has", "SELF") is True
    assert guest.call("has", "d", "x") is False
    assert guest.call("identify", "nope") is Undefined
    assert guest.call("locate", "nope") is Undefined
    found = guest.call("identify", "ten")
    number, _, node = found.partition(":")
    assert guest.on(guest.client.endo, "nodeNumber") == node
    locator = guest.call("locate", "ten")
    assert locator == f"endo://{node}/?id={number}&type=marshal"
    assert guest.call("reverseLocate", locator) == ["ten"]
    assert guest.call("reverseIdentify", found) == ["ten"]
    assert guest.call("locate", "MAIN").endswith("&type=worker")


def test_reverse_lookup(guest: Host) -> None:
    assert guest.call("reverseLookup", guest.call("lookup", "SELF")) == ["SELF"]
    assert guest.call("reverseLookup", guest.call("lookup", "AGENT")) == ["AGENT"]
    assert guest.call("reverseLookup", Far("Mine")) == []


@pytest.mark.parametrize(
    ("name", "iface"),
    [
        ("AGENT", "EndoHost"),
        ("APPS", "WebletService"),
        ("ENDO", "Endo"),
        ("INFO", "EndoInspectorHub"),
        ("MAIL", "MailHub"),
        ("MAIN", "EndoWorker"),
        ("NETS", "EndoDirectory"),
        ("NONE", "EndoGuest"),
        ("PINS", "EndoDirectory"),
        ("SELF", "Handle"),
    ],
)
def test_specials_are_what_endo_says(guest: Host, name: str, iface: str) -> None:
    found = guest.call("lookup", name)
    assert isinstance(found, Presence)
    assert found.iface == f"Alleged: {iface}"


def test_the_specials_directories(guest: Host) -> None:
    assert guest.call("list", "NETS") == ["loop"]
    assert guest.call("lookup", ["NETS", "loop"]).iface == "Alleged: Loopback Network"
    assert guest.call("list", "PINS") == []
    assert guest.call("list", "MAIL") == []
    assert guest.call("list", "INFO") == ["d", "ten"]


HOST = (
    "__getInterfaceGuard__ __getMethodNames__ accept addPeerInfo adopt cancel copy "
    "deliver dismiss evaluate followLocatorNameChanges followMessages "
    "followNameChanges gateway getPeerInfo greeter handle has identify invite list "
    "listIdentifiers listMessages locate lookup makeBundle makeDirectory "
    "makeUnconfined move provideGuest provideHost provideWorker reject remove request "
    "resolve reverseIdentify reverseLocate reverseLookup send storeBlob storeValue "
    "write"
)
DIRECTORY = (
    "__getInterfaceGuard__ __getMethodNames__ copy followLocatorNameChanges "
    "followNameChanges has identify list listIdentifiers locate lookup "
    "makeDirectory move remove reverseLocate reverseLookup write"
)
ENDO = (
    "__getInterfaceGuard__ __getMethodNames__ addPeerInfo gateway greeter host "
    "leastAuthority nodeNumber ping reviveNetworks revivePins terminate"
)


def test_method_names_are_endos(guest: Host) -> None:
    def names(target: object) -> str:
        return " ".join(guest.on(target, "__getMethodNames__"))

    assert names(guest.promise) == HOST
    assert names(guest.call("lookup", "d")) == DIRECTORY
    assert names(guest.client.endo) == ENDO
    assert names(guest.call("lookup", "MAIN")) == (
        "__getInterfaceGuard__ __getMethodNames__"
    )
    assert refused(guest, "nosuch")[1].startswith(
        'target has no method "nosuch", has ["__getInterfaceGuard__",'
    )


def test_what_is_not_there_yet_says_so(guest: Host) -> None:
    name, message = refused(guest, "send", "HOST", [], [], [])
    assert (name, message) == (
        "Error",
        "send is not supported yet by this version of Engo",
    )
    with pytest.raises(RemoteError, match="not allowed"):
        guest.on(guest.call("lookup", "NONE"), "list")
    with pytest.raises(RemoteError, match="makeWeblet is not supported yet"):
        guest.on(guest.call("lookup", "APPS"), "makeWeblet")


def test_a_promise_or_a_strangers_object_cannot_be_stored(guest: Host) -> None:
    promise, _ = make_promise(guest.client.turns)
    for value in (Far("Mine"), promise):
        assert refused(guest, "storeValue", value, "x") == (
            "Error",
            "No corresponding formula for (an object)",
        )


def test_the_gateway_gives_local_values_by_id(guest: Host) -> None:
    gateway = guest.call("gateway")
    assert guest.on(gateway, "provide", guest.call("identify", "ten")) == 10
    with pytest.raises(RemoteError, match='Invalid formula identifier "x"'):
        guest.on(gateway, "provide", "x")
    stranger = "1" * 128
    with pytest.raises(RemoteError) as caught:
        guest.on(gateway, "provide", f"{stranger}:{stranger}")
    assert caught.value.message == (
        f'Gateway can only provide local values. Got request for node "{stranger}"'
    )


def test_an_unknown_number_reveals_no_path(guest: Host) -> None:
    node = guest.on(guest.client.endo, "nodeNumber")
    guest.call("write", "dangling", f"{'0' * 128}:{node}")
    name, message = refused(guest, "lookup", "dangling")
    assert name == "ReferenceError"
    assert message == f"No reference exists for formula {'0' * 128}"
    guest.call("remove", "dangling")


def test_moving_and_copying(guest: Host) -> None:
    guest.call("storeValue", "v", "a")
    assert guest.call("move", ["a"], ["a"]) is Undefined
    assert guest.call("move", ["a"], ["b"]) is Undefined
    assert guest.call("move", ["b"], ["d", "c"]) is Undefined
    assert guest.call("list", "d") == ["c"]
    assert guest.call("copy", ["d", "c"], ["a"]) is Undefined
    assert guest.call("copy", ["SELF"], ["me"]) is Undefined
    assert guest.call("reverseLookup", guest.call("lookup", "SELF")) == ["SELF", "me"]
    assert guest.call("lookup", "a") == guest.call("lookup", ["d", "c"]) == "v"
    assert guest.call("listIdentifiers", "d") == [guest.call("identify", "a")]
    guest.call("move", ["a"], ["ten2"])
    for path in (["d", "c"], ["me"], ["ten2"]):
        assert guest.call("remove", *path) is Undefined
    assert guest.call("list") == [*ALL_SPECIALS, "d", "ten"]


def test_a_directory_is_not_moved_into_itself(guest: Host) -> None:
    """It was lost: nothing but itself held it afterwards."""
    guest.call("makeDirectory", "tree")
    assert refused(guest, "move", ["tree"], ["tree", "leaf"]) == (
        "Error",
        'Cannot move ["tree"] into itself: ["tree","leaf"]',
    )
    assert guest.call("has", "tree") is True
    guest.call("remove", "tree")


def test_directories_nest_and_go_with_what_they_hold(guest: Host) -> None:
    assert guest.call("makeDirectory", ["d", "e"]).iface == "Alleged: EndoDirectory"
    guest.call("storeValue", 1, ["d", "e", "one"])
    found = guest.call("identify", "d", "e", "one")
    assert guest.call("lookup", ["d", "e", "one"]) == 1
    guest.call("remove", "d", "e")
    with pytest.raises(RemoteError, match="No reference exists"):
        guest.on(guest.call("gateway"), "provide", found)


def test_following_changes(guest: Host) -> None:
    follower = guest.call("followNameChanges")

    def event() -> dict[str, object]:
        item = guest.on(follower, "next")
        assert item["done"] is False
        value: dict[str, object] = item["value"]
        return value

    first = [event() for _ in range(len(ALL_SPECIALS) + 2)]
    assert [item["add"] for item in first] == [*ALL_SPECIALS, "d", "ten"]
    found = guest.call("identify", "ten")
    number, _, node = found.partition(":")
    assert first[-1]["value"] == {"id": found, "node": node, "number": number}
    waiting = guest.client.send(follower, "next")
    guest.call("copy", ["ten"], ["x"])
    assert guest.client.wait(waiting)["value"]["add"] == "x"  # type: ignore[index]
    guest.call("copy", ["ten"], ["x"])  # redundant: no event
    guest.call("storeValue", 11, "x")
    assert event() == {"remove": "x"}
    assert event()["add"] == "x"
    guest.call("move", ["x"], ["y"])
    assert event() == {"remove": "x"}
    assert event()["add"] == "y"
    guest.call("remove", "y")
    assert event() == {"remove": "y"}
    assert guest.on(follower, "return")["done"] is True
    assert guest.on(follower, "next")["done"] is True


def test_following_a_locator(guest: Host) -> None:
    locator = guest.call("locate", "ten")
    follower = guest.call("followLocatorNameChanges", locator)
    assert guest.on(follower, "next")["value"] == {"add": locator, "names": ["ten"]}
    guest.call("copy", ["ten"], ["x"])
    assert guest.on(follower, "next")["value"] == {"add": locator, "names": ["x"]}
    guest.call("remove", "x")
    assert guest.on(follower, "next")["value"] == {"remove": locator, "names": ["x"]}


def test_what_is_written_first_is_read_without_waiting(guest: Host) -> None:
    stored = [guest.send("storeValue", i, f"n{i}") for i in range(20)]
    values = [guest.send("lookup", f"n{i}") for i in range(20)]
    removed = [guest.send("remove", f"n{i}") for i in range(20)]
    assert [guest.client.wait(value) for value in values] == list(range(20))
    for promise in [*stored, *removed]:
        guest.client.wait(promise)


def test_errors_leave_the_connection_usable(guest: Host) -> None:
    with pytest.raises(JSError):
        guest.call("lookup", "nosuch")
    assert guest.on(guest.client.endo, "ping") == "pong"
