"""The command line: one file per verb in verbs/; parse, call, print.

It pays for what it imports: no asyncio, no anyio, no argparse, no json, no re on the
way of a ping. The daemon itself is never imported, but for the hidden verb `daemon`.
"""

from __future__ import annotations

from .entry import main

__all__ = ["main"]
