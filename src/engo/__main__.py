"""The entry: a worker's or a host's main when the switch is set, else the command line.

The switch is looked at before anything else is imported, since a worker must
start fast and must not touch what the confinement forbids.
"""

import os
import sys

_SWITCH = os.environ.get("ENGO_XSNAP_WORKER")
if _SWITCH == "1":
    from engo.native import worker_main

    # Not sys.exit: an interpreter that winds down makes forbidden system calls.
    os._exit(worker_main())
elif _SWITCH == "host":
    from engo.worker.hosting import host_main

    os._exit(host_main())

if __name__ == "__main__":
    try:
        from engo.cli import main

        status = main()
    except KeyboardInterrupt:  # while importing
        status = 130
    sys.exit(status)
