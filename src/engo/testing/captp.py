"""Two CapTP sessions joined in memory, for tests of anything that speaks CapTP.

No sockets, no threads, no clock: messages move when `run` or `step` is called, and
every one that moved is kept in `log`.
"""

from __future__ import annotations

from engo.captp import Session, Turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engo.captp import Promise


class ConnectionPair:
    """Two ends called alice and bob, with one queue of turns each.

    `log` holds `(sender, message)` of every message delivered.
    """

    def __init__(
        self,
        alice: object = None,
        bob: object = None,
        *,
        alice_options: dict[str, Any] | None = None,
        bob_options: dict[str, Any] | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.log: list[tuple[str, bytes]] = []
        self.alice_turns = Turns() if turns is None else turns
        self.bob_turns = Turns() if turns is None else turns
        self.alice = Session(
            "alice", alice, turns=self.alice_turns, **(alice_options or {})
        )
        self.bob = Session("bob", bob, turns=self.bob_turns, **(bob_options or {}))

    def step(self, sender: str) -> int:
        """Deliver what one end has to send; gives the number of messages."""
        session = self.alice if sender == "alice" else self.bob
        other = self.bob if sender == "alice" else self.alice
        messages = session.take_outgoing()
        for message in messages:
            self.log.append((sender, message))
            other.receive(message)
        return len(messages)

    def run(self) -> None:
        """Run turns and deliver messages until nothing happens any more."""
        moved = 1
        while moved:
            self.alice_turns.run()
            self.bob_turns.run()
            moved = self.step("alice") + self.step("bob")
            moved += self.alice_turns.waiting + self.bob_turns.waiting

    def wait(self, promise: Promise) -> Any:
        """Run, then the value of a promise, which must be settled by then."""
        self.run()
        return promise.value

    def sent_by(self, sender: str) -> list[bytes]:
        """What one end has sent so far."""
        return [message for name, message in self.log if name == sender]
