"""The daemon: names, formulas and live values behind a CapTP bootstrap object.

Inside, nothing waits: methods are coroutines over CapTP promises, run by turns.

entry        the only file that holds powers; the process from start to end
shell        anyio: threads, timers, the group commit, worker processes
clients      one connection of the socket
node         the daemon itself: what there is, and how values are made
live         live values by formula id, and their ends
names        stores of names and their followers
hub          directories: paths of names
host         the agent of the person who owns the daemon
endo         the bootstrap object
evaluations  guest programs: making, naming, cancelling
workers      machines as formulas, console and error traces
blobs        contents, iterators of base64
inspector    INFO, and stand-ins for what is not there yet
genesis      the first formulas of a new state
"""
