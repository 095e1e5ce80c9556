"""The results store: what was simulated once is not simulated again.

Replications are kept by what decides them (`RunKey`: the network's content, the window, the
seed, the code that matters) and their number, in chunks: one Parquet file each, named by the
digest of its bytes, written to a temporary name and renamed. Processes need no lock: a file
is whole or absent, and the same chunk written twice is the same file.

::

    store = Store(Path("outputs/store"))
    missing = store.missing(key_of(network, window, seed), range(20))
    store.keep([Batch(key, label, promises, runs)])
    store.result(network, window, seed, range(20)).estimates
    store.query("select scenario, avg(response_p90) from runs group by scenario")
"""

from sim.store.runs import Batch, Label, Run, RunKey, Value, key_of, run_of
from sim.store.store import FOLDER, Store

__all__ = [
    "FOLDER",
    "Batch",
    "Label",
    "Run",
    "RunKey",
    "Store",
    "Value",
    "key_of",
    "run_of",
]
