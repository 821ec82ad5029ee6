"""The daemon: names, formulas and live values behind a CapTP bootstrap object.

Inside, nothing waits: methods are coroutines over CapTP promises, run by turns.

entry        the only file that holds powers; the process from start to end
server       the socket: accepts, ends; clients: one connection
shell        anyio: threads, timers, the group commit; processes, workerlog: workers
outside      what all that follows may ask of the world

node         the daemon itself: what there is, and how values are made
live         live values by formula id, and their ends
keeping      which formulas are kept: binding, pinning, collecting
genesis      the first formulas of a new state
coroutines   waiting for promises

endo         the bootstrap object
host         the agent of the person who owns the daemon
hub          directories: paths of names; names: one store, its followers
blobs        contents, iterators of base64
inspector    INFO, and stand-ins for what is not there yet (unsupported)

evaluations  guest programs: making, naming, cancelling
workers      machines as formulas
callers      who is connected, and whose console a line is
traces       where errors came from
"""
