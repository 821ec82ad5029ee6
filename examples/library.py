"""The library on its own: a stranger's program in a confined worker."""

import json
import tempfile
from pathlib import Path

import engo

STRANGER = """
let visits = 0;
globalThis.handleCommand = bytes => {
  const { name } = JSON.parse(new TextDecoder().decode(bytes));
  visits += 1;
  console.log(`visit ${visits} by ${name}`);
  const price = JSON.parse(new TextDecoder().decode(
    issueCommand(new TextEncoder().encode(name).buffer)));
  return { name, visits, price };
};
"""


def price_of(command: bytes) -> bytes:
    """The one power this guest has: to ask for a price."""
    return json.dumps(len(command) * 100).encode()


def main(kept: Path) -> None:
    limits = engo.Limits(heap=32 << 20, cpu=1)
    with engo.Worker(limits=limits, on_call=price_of) as worker:
        worker.evaluate(STRANGER, name="stranger.js")
        print(worker.deliver_json({"name": "Ada"}))
        print(worker.deliver_json({"name": "Grace"}), f"{worker.meter} computrons")
        print([line.text for line in worker.console])
        try:
            worker.evaluate("new Date()", name="clock.js")
        except engo.GuestError as error:
            print("no clock:", error)
        size = worker.snapshot(kept)
        print(f"snapshot of {size:,} bytes")
        try:
            worker.evaluate("for (;;);", name="loop.js")
        except engo.WorkerDied as error:
            print("stopped:", error)
    with engo.Worker(snapshot=kept, on_call=price_of) as again:
        print("resumed:", again.deliver_json({"name": "Lin"}))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder) / "stranger.snapshot")
