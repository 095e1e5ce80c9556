"""`run_points`: play what the store lacks, and keep every chunk as soon as it is finished."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from functools import partial

from network.errors import EngineError, Problem, ScenarioError
from sim.engines import Engine
from sim.store import Batch, RunKey, Store
from study.execution.backends import Backend, opened
from study.execution.chunks import Chunk, Portion, choose, expected_seconds, in_chunks
from study.execution.settings import Execution, Failure, Silent, Summary, Teller
from study.execution.work import Played, play_chunk
from study.points import Point

_ATTEMPTS = 4
"""So often the workers may die before the study gives up."""


def run_points(
    points: Sequence[Point],
    store: Store,
    execution: Execution | None = None,
    tell: Teller | None = None,
) -> Summary:
    """Have all replications of all points in the store.

    What is there is not computed again; what is finished is kept at once, so that a study
    that was killed goes on where it was. Replications do not depend on how they are
    divided, so the results are the same however often that happened.

    Parameters
    ----------
    points : sequence of Point
    store : Store
    execution : Execution, optional
        By default all cores of this machine.
    tell : Teller, optional
        By default nobody is told.

    Returns
    -------
    Summary
        With the points that failed; the others are complete (unless it stopped at the
        first failure, as asked).

    Raises
    ------
    ScenarioError
        If two points have the same name, or a cluster cannot be reached.
    OSError
        If the store cannot be written.
    """
    began = time.perf_counter()
    _check_names(points)
    study = _Study(points, store, execution or Execution(), tell or Silent())
    study.play()
    study.finish()
    reused = sum(point.replications for point in points) - study.wanted
    return Summary(study.done, reused, study.failures(), time.perf_counter() - began)


def _check_names(points: Sequence[Point]) -> None:
    names = [point.name for point in points]
    if len({*names}) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        problems = [Problem(name, "is the name of several points") for name in twice]
        raise ScenarioError("the points of the study", problems)


class _Study:
    """The points, and how far they are."""

    def __init__(
        self, points: Sequence[Point], store: Store, execution: Execution, tell: Teller
    ) -> None:
        self._points, self._store = points, store
        self._execution, self._tell = execution, tell
        self._keys = [point.key() for point in points]
        store.look()
        self._portions = [*self._missing()]
        self.wanted = sum(len(portion.numbers) for portion in self._portions)
        self.done = 0
        self._seen = 0
        self._failed: dict[int, Failure] = {}

    def failures(self) -> tuple[Failure, ...]:
        """In the order of the points."""
        return tuple(self._failed[place] for place in sorted(self._failed))

    def play(self) -> None:
        """Play what is missing; workers that die are replaced."""
        if not self._portions:
            return
        engine = choose(self._execution.engine, [one.point for one in self._portions])
        chunks = in_chunks(self._portions, engine)
        seconds = expected_seconds(self._portions, engine)
        self._tell.progress(0, self.wanted)
        for _ in range(_ATTEMPTS):
            with opened(self._execution, engine, seconds) as backend:
                chunks = self._play(chunks, backend, engine)
            if not chunks:
                return
        raise EngineError(
            f"worker processes were killed {_ATTEMPTS} times, perhaps for lack of memory; what "
            "was finished is kept. Use fewer workers, or a shorter horizon"
        )

    def _play(self, chunks: Sequence[Chunk], backend: Backend, engine: Engine) -> list[Chunk]:
        """Play chunks, a few waiting for each worker; those that died with it come back."""
        work = partial(play_chunk, engine=engine, allow_overload=self._execution.allow_overload)
        if backend.stopped is not None:
            work = partial(work, stopped=backend.stopped)
        left = iter(chunks)
        waiting: dict[Future[list[Played]], Chunk] = {}
        lost: list[Chunk] = []
        try:
            while not (self._failed and self._execution.fail_fast):
                while len(waiting) < 2 * backend.workers and (chunk := self._next(left)):
                    waiting[backend.executor.submit(work, chunk)] = chunk
                if not waiting:
                    break
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    self._take(waiting[future], _answer(future, waiting[future]))
                    del waiting[future]
        except BrokenExecutor:
            lost = [*waiting.values(), *left]
        except KeyboardInterrupt:
            for future, chunk in waiting.items():
                if future.done() and not future.cancelled():
                    self._take(chunk, _answer(future, chunk))
            raise
        return lost

    def _next(self, left: Iterator[Chunk]) -> Chunk:
        """The next chunk, without points that have failed already."""
        for chunk in left:
            sound = tuple(one for one in chunk if one.place not in self._failed)
            self._seen += sum(len(one.numbers) for one in chunk if one.place in self._failed)
            if sound:
                return sound
        return ()

    def _take(self, chunk: Chunk, played: Sequence[Played]) -> None:
        """Keep what was finished, tell what failed."""
        batches = [
            Batch(self._keys[one.place], point.label, point.promises, one.runs)
            for one in played
            for point in (self._points[one.place],)
        ]
        self._store.keep(batches)
        self.done += sum(len(one.runs) for one in played)
        self._seen += sum(len(portion.numbers) for portion in chunk)
        for one in played:
            if one.reason and one.place not in self._failed:
                self._fail(one)
        self._tell.progress(self._seen, self.wanted)

    def _fail(self, played: Played) -> None:
        """A point has failed, and with it those that are the same under another name."""
        key = self._keys[played.place]
        for place, point in enumerate(self._points):
            if self._keys[place] == key:
                failure = Failure(point.name, point.parameters, played.reason)
                self._failed[place] = failure
                self._tell.failed(failure)

    def finish(self) -> None:
        """Let every run be found under the names and parameters of its points.

        A store that may only be read, and has all that is wanted, serves as well.
        """
        batches = [
            Batch(key, point.label, point.promises, ())
            for place, (point, key) in enumerate(zip(self._points, self._keys, strict=True))
            if place not in self._failed
        ]
        with suppress(OSError):
            self._store.label(batches)
        self._store.save_catalogue()

    def _missing(self) -> Iterator[Portion]:
        """What the store lacks; of points that are the same only the first is played."""
        planned: dict[RunKey, set[int]] = {}
        for place, (point, key) in enumerate(zip(self._points, self._keys, strict=True)):
            known = planned.setdefault(key, set())
            numbers = [n for n in self._store.missing(key, point.numbers) if n not in known]
            known.update(numbers)
            if numbers:
                yield Portion(place, point, tuple(numbers))


def _answer(future: Future[list[Played]], chunk: Chunk) -> list[Played]:
    """What became of a chunk; a worker's own trouble is a failure of the chunk's points."""
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except Exception as error:  # a worker that died again and again, a result that got lost
        reason = f"{type(error).__name__}: {error}"
        return [Played(portion.place, (), reason) for portion in chunk]
