"""Powers: the only callers of os, socket, time and secrets.

Nothing is imported here, so that a caller pays only for the power it names.
Each power has a fake in `engo.testing`.
"""
