"""The worker link without I/O: records, fragments, control messages.

Bytes in, messages out; `docs/frames.md` is the law. No os, no socket, no clock.
"""
