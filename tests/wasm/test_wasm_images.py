"""The bootstrap makes the same images inside the module, unchanged.

A snapshot holds pointers' sizes, so a module's images are its own. The `endo` one
needs the packages that build_ffi.py fetches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engo.bootstrap.build import reader, scripts_of
from engo.bootstrap.modules import ModuleServer
from native.xs.fetch import endo_packages
from native.xs.pipeline import BUILD
from tests.wasm.instance import Instance, Message, compiled

if TYPE_CHECKING:
    from collections.abc import Callable


def answering(server: ModuleServer) -> Callable[[Message], Message]:
    def answer(call: Message) -> Message:
        return {"op": "reply", "id": call["id"], "data": server.answer(call["data"])}

    return answer


def image(module: tuple[Any, Any], name: str) -> bytes:
    made = Instance(*module)
    if name == "endo":
        if not list(BUILD.glob("endo/*/complete")):
            pytest.skip("the @endo packages are not fetched: run build_ffi.py")
        made.on_call = answering(ModuleServer(reader(endo_packages(BUILD))))
    made.start()
    for path in scripts_of(name):
        said = made.evaluate(path.read_text(), f"engo:{path.name}")
        assert said["op"] == "result", said
    return made.snapshot()


@pytest.mark.parametrize("name", ["bare", "endo"])
def test_an_image_is_made_and_restored(name: str) -> None:
    module = compiled()
    body = image(module, name)
    assert image(module, name) == body
    restored = Instance(*module)
    assert restored.start(body)[-1]["op"] == "ready"
    assert restored.evaluate("1 + 1")["value"] == 2
    assert restored.evaluate("Object.isFrozen(Array.prototype)")["value"] is True
    restored.evaluate("console.log('from', 'inside')")
    assert restored.messages(2) == [[1, "", "from inside"]]
