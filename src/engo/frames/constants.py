"""Numbers of the worker link; `docs/frames.md` says where they come from."""

RECORD_ACCEPT = 65_535
"""The longest record that is accepted, in bytes: the largest Noise message."""
RECORD_EMIT = 65_519
"""The longest record that is emitted: 16 bytes less, for the Noise tag."""
FRAGMENT_EMIT = RECORD_EMIT - 1
"""The longest payload of an emitted record: its first byte is the channel."""
LENGTH_BYTES = 2
"""The big-endian length before each record on a byte stream."""
MAX_MESSAGE = 16_777_216
"""The longest message in bytes, unless the link was opened with a lower limit."""
MAX_ID = 0xFFFF_FFFF
"""The largest request id."""

CONTROL = 0
CAPTP = 1
CONSOLE = 2
DEBUG = 3
CHANNELS = 4
"""How many channels are defined; higher numbers are an error."""

MORE = 0x80
"""The bit of a record's first byte that says the message goes on."""
CHANNEL_MASK = 0x7F

LINK_VERSION = 1
"""The version that `ready` must name."""

MAX_JSON_DEPTH = 500
"""How deep JSON may nest that is delivered: on text that is deeper than its C
stack bears XS ends the whole machine, past any try."""
MAX_BIGINT_DIGITS = 100_000
"""The longest BigInt in decimal digits that is turned into a Python int."""
