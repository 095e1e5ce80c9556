"""A solver in a process of its own: a program on standard input, the answer on standard output."""

from __future__ import annotations

import io
import os
import sys

import numpy as np

from optimize.solver.program import Program
from optimize.solver.result import Limits
from optimize.solver.solve import run


def main() -> None:
    """Read a task, solve it, write the answer."""
    task = np.load(io.BytesIO(sys.stdin.buffer.read()))
    answer_to = os.dup(1)
    os.dup2(2, 1)  # what the solver's library prints must not mix with the answer
    seconds, gap, seed, nodes, cuts = task["limits"].tolist()
    start = task["start"]
    status, bound, values = run(
        Program(**{name: task[name] for name in Program.__dataclass_fields__}),
        Limits(seconds, gap, int(seed), None if nodes < 0 else int(nodes), bool(cuts)),
        str(task["solver"]),
        start if len(start) else None,
    )
    answer = io.BytesIO()
    np.savez(answer, status=np.array(status.value), bound=np.array(bound), values=values)
    with os.fdopen(answer_to, "wb") as out:
        out.write(answer.getvalue())


if __name__ == "__main__":
    main()
