"""Directories: names, and paths of names from hub to hub.

A path's first name is looked up here; the rest is asked of what it names, wherever
that lives.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engo.captp import Exo, Far, JSError, JSTypeError, Undefined, method
from engo.captp.jstext import quote
from engo.daemon.coroutines import until
from engo.daemon.names import (
    Event,
    Listener,
    NameStore,
    follower,
    name_added,
)
from engo.formula.ids import FormulaId, check_id, split_id
from engo.formula.locators import REMOTE, format_locator, parse_locator
from engo.formula.names import (
    Name,
    check_name_or_path,
    check_path,
    check_pet_name,
    shown,
    unknown_special,
)

if TYPE_CHECKING:
    from engo.daemon.node import Daemon


def unknown_name(name: str) -> JSTypeError:
    return JSTypeError(f"Unknown pet name: {quote(name)}")


class NameHub(Exo):
    """What directories and agents have in common."""

    def __init__(self, iface: str, daemon: "Daemon", store: NameStore) -> None:
        super().__init__(iface)
        self.daemon = daemon
        self.store = store  # its pet names
        self.specials: dict[str, FormulaId] = {}  # in the order of error texts

    # ---- the names of this hub alone

    async def identify_here(self, name: Name) -> FormulaId | None:
        special = self.specials.get(name)
        if special is not None:
            return special
        if self.specials and name[0].isupper():
            raise unknown_special(name, self.specials)
        check_pet_name(name)
        await self.daemon.writes_settled()
        return self.store.identify(name)

    async def provide_here(self, name: Name) -> object:
        """The value of a name of this hub; raises JSTypeError when unknown."""
        found = await self.identify_here(name)
        if found is None:
            raise unknown_name(name)
        return await until(self.daemon.provide(found))

    async def entries(self) -> list[tuple[str, FormulaId]]:
        """All names and what they are bound to, specials first, each part sorted."""
        await self.daemon.writes_settled()
        return [*sorted(self.specials.items()), *self.store.entries()]

    async def names_of(self, ids: Iterable[FormulaId]) -> list[str]:
        await self.daemon.writes_settled()
        found: dict[str, None] = {}
        for formula in ids:
            for name, special in sorted(self.specials.items()):
                if special == formula:
                    found[name] = None
            found.update(dict.fromkeys(self.store.names_of(formula)))
        return list(found)

    # ---- paths

    async def hub_of(self, path: list[Name]) -> object:
        """What holds the last name of a path: this hub, or a value."""
        return self if len(path) == 1 else await self.lookup_path(path[:-1])

    async def lookup_path(self, path: list[Name]) -> object:
        value = await self.provide_here(path[0])
        for name in path[1:]:
            value = await until(self.daemon.turns.send(value, "lookup", name))
        return value

    async def target_of(self, path: list[Name]) -> tuple[NameStore, str]:
        """Where a path is to be bound; raises JSError when it cannot be."""
        hub = await self.hub_of(path)
        if not isinstance(hub, NameHub):
            raise JSTypeError(
                f"expected a directory before {quote(path[-1])} in the path "
                f"{quote('.'.join(path))}"
            )
        return hub.store, check_pet_name(path[-1])

    async def _ask(self, path: tuple[object, ...], question: str) -> object:
        """Ask the hub of a path of more than one name about its last."""
        names = check_path(path)
        hub = await self.hub_of(names)
        return await until(self.daemon.turns.send(hub, question, names[-1]))

    # ---- what peers may call

    @method
    async def has(self, *path: object) -> object:
        if len(path) != 1:
            return await self._ask(path, "has")
        name = check_path(path)[0]
        if name in self.specials:
            return True
        check_pet_name(name)
        await self.daemon.writes_settled()
        return self.store.identify(name) is not None

    @method
    async def identify(self, *path: object) -> object:
        if len(path) != 1:
            return await self._ask(path, "identify")
        found = await self.identify_here(check_path(path)[0])
        return Undefined if found is None else found

    @method
    async def locate(self, *path: object) -> object:
        found = await self.identify(*path)
        if not isinstance(found, str):
            return Undefined
        number, node = split_id(found)
        kind = REMOTE
        if node == self.daemon.node:
            kind = self.daemon.formula(check_id(found))["type"]
        return format_locator(number, node, kind)

    @method("reverseLocate")
    async def reverse_locate(self, locator: object) -> list[str]:
        return await self.names_of([parse_locator(locator).id])

    @method("reverseLookup")
    async def reverse_lookup(self, value: object) -> list[str]:
        return await self.names_of(self.daemon.live.ids_of(value))

    @method("list")
    async def list_names(self, *path: object) -> object:
        if path:
            hub = await self.lookup_path(check_path(path))
            return await until(self.daemon.turns.send(hub, "list"))
        return [name for name, _ in await self.entries()]

    @method("listIdentifiers")
    async def list_identifiers(self, *path: object) -> object:
        if path:
            hub = await self.lookup_path(check_path(path))
            return await until(self.daemon.turns.send(hub, "listIdentifiers"))
        return sorted({found for _, found in await self.entries()})

    @method("followNameChanges")
    async def follow_name_changes(self) -> Far:
        entries = await self.entries()
        first = [name_added(name, found) for name, found in entries]

        def changed(
            name: str, before: FormulaId | None, after: FormulaId | None
        ) -> list[Event]:
            events: list[Event] = []
            if before is not None:
                events.append({"remove": name})
            if after is not None:
                events.append(name_added(name, after))
            return events

        return self._follow(first, changed)

    @method("followLocatorNameChanges")
    async def follow_locator_name_changes(self, locator: object) -> Far:
        found = parse_locator(locator).id
        names = await self.names_of([found])
        first: list[Event] = [{"add": locator, "names": sorted(names)}] if names else []

        def changed(
            name: str, before: FormulaId | None, after: FormulaId | None
        ) -> list[Event]:
            events: list[Event] = []
            if before == found:
                events.append({"remove": locator, "names": [name]})
            if after == found:
                events.append({"add": locator, "names": [name]})
            return events

        return self._follow(first, changed)

    def _follow(self, first: list[Event], changed: Listener) -> Far:
        iterator, feed = follower(self.daemon.turns, first, changed)
        self.store.listen(feed)
        return iterator

    @method
    async def lookup(self, name_or_path: object) -> object:
        return await self.lookup_path(check_name_or_path(name_or_path))

    @method
    async def write(self, name_or_path: object, formula: object) -> object:
        path = check_name_or_path(name_or_path)
        if len(path) == 1:
            await self.store.write(path[0], check_id(formula))
            return Undefined
        hub = await self.hub_of(path)
        return await until(
            self.daemon.turns.send(hub, "write", [path[-1]], check_id(formula))
        )

    @method
    async def remove(self, *path: object) -> object:
        if len(path) != 1:
            return await self._ask(path, "remove")
        await self.store.remove(check_path(path)[0])
        return Undefined

    @method
    async def move(self, old: object, new: object) -> object:
        source, target = check_path(old), check_path(new)
        if len(target) > len(source) and target[: len(source)] == source:
            # It would hang under nothing but itself, and be lost.
            raise JSError(f"Cannot move {shown(source)} into itself: {shown(target)}")
        old_hub, new_hub = await self.hub_of(source), await self.hub_of(target)
        if (
            isinstance(old_hub, NameHub)
            and isinstance(new_hub, NameHub)
            and old_hub.store is new_hub.store
        ):
            await old_hub.store.rename(source[-1], target[-1])
            return Undefined
        found = await self._identified(old_hub, source)
        send = self.daemon.turns.send
        await until(send(new_hub, "write", [target[-1]], found))
        return await until(send(old_hub, "remove", source[-1]))

    @method
    async def copy(self, old: object, new: object) -> object:
        source, target = check_path(old), check_path(new)
        old_hub, new_hub = await self.hub_of(source), await self.hub_of(target)
        found = await self._identified(old_hub, source)
        send = self.daemon.turns.send
        return await until(send(new_hub, "write", [target[-1]], found))

    async def _identified(self, hub: object, path: list[Name]) -> FormulaId:
        found = await until(self.daemon.turns.send(hub, "identify", path[-1]))
        if found is Undefined:
            raise JSError(f"Unknown name: {shown(path)}")
        return check_id(found)

    @method("makeDirectory")
    async def make_directory(self, name_or_path: object) -> object:
        path = check_name_or_path(name_or_path)
        store, name = await self.target_of(path)
        daemon = self.daemon
        names, directory = daemon.new_number(), daemon.new_number()
        await daemon.keeping.bind(
            store,
            name,
            daemon.id_here(directory),
            {
                names: {"type": "pet-store"},
                directory: {"type": "directory", "petStore": daemon.id_here(names)},
            },
        )
        return await until(daemon.provide(daemon.id_here(directory)))


class EndoDirectory(NameHub):
    """A directory that somebody has made, or NETS or PINS."""

    def __init__(self, daemon: "Daemon", store: NameStore) -> None:
        super().__init__("EndoDirectory", daemon, store)
