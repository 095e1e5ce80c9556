"""The linear program of the sample bound for one tier; see `optimize.bounds.sample`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from network.model import Network
from optimize.bounds.sample_crew import Ground, Station, counts, inside, lengths_that_fit
from optimize.bounds.sample_limits import Guarded
from optimize.bounds.sample_starts import Road, Starts, add_starts, profile, until
from optimize.bounds.sample_visits import Asked, Joined, must_hold
from optimize.solver import ProgramBuilder
from sim.duty import merged

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_SETS = 5
"""Up to so many kinds of neighbourhoods all unions of them bound the work."""
NEVER_MORE = 10_000.0
"""Agents of a kind."""


@dataclass(frozen=True)
class Chunk:
    """A part of the sample: its own beginning, end, and visits."""

    start: float
    end: float
    visits: Joined


@dataclass(frozen=True)
class Case:
    """What the program of a tier is made from.

    Parameters
    ----------
    network : Network
    stations : tuple of Station
    chunks : tuple of Chunk
    rows : tuple of Asked
    shares : float array (rows,)
        Least share that must be met, already relaxed; 0: none.
    guarded : Guarded
    minutes, km : float array (zones, sites)
        Base ways.
    candidate : bool array (groups, zones, sites)
        Where dispatch may send.
    road : Road
    step : float
        Length of a bucket of time.
    scale : float
        Money a month for each unit of money in the chunks.
    """

    network: Network
    stations: tuple[Station, ...]
    chunks: tuple[Chunk, ...]
    rows: tuple[Asked, ...]
    shares: Floats
    guarded: Guarded
    minutes: Floats
    km: Floats
    candidate: Bools
    road: Road
    step: float
    scale: float


class TierProgram:
    """Builds the program of a tier; lives only while it is solved."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.builder = ProgramBuilder()
        self._waits: list[tuple[Ints, Floats]] = []
        self._lost: list[tuple[Ints, Floats]] = []
        self._met: list[list[Ints]] = [[] for _ in case.rows]
        self._due = np.zeros(len(case.rows))
        self._joined = 0
        for station in case.stations:
            self._station(station)
        self._keep()

    def _station(self, station: Station) -> None:
        """Counts that all chunks share (1), and what each chunk asks of them."""
        crews = []
        for ground in station.grounds:
            wages = [kind.per_month for kind in ground.kinds]
            count = self.builder.add_variables(
                len(wages), cost=wages, upper=NEVER_MORE, integer=True
            )
            crews.append((ground, count))
        for chunk in self.case.chunks:
            mine = chunk.visits.of(np.isin(chunk.visits.site, station.sites))
            if len(mine.joined):
                Part(self, chunk, mine, crews)

    def note(self, columns: Ints, met: Bools, waits: Floats, lost: Floats) -> None:
        """Remember what columns do for promises and guards."""
        for k, found in enumerate(self._met):
            found.append(columns[met[:, k]])
        self._waits.append((columns, waits))
        self._lost.append((columns, lost))

    def due(self, visits: Joined) -> None:
        """Add what is due, and who joined."""
        self._due += (~np.isnan(visits.deadline)).sum(axis=0)
        self._joined += int(visits.counted.sum())

    def _keep(self) -> None:
        """(5) promises, (6) and (7) guards."""
        case = self.case
        for k, row in enumerate(case.rows):
            if must_hold(row) and self._due[k] and case.shares[k] > 0:
                columns = np.concatenate(self._met[k])
                self.builder.add_rows(1, np.zeros(len(columns), np.int64), columns, 1.0,
                                      lower=case.shares[k] * self._due[k])  # fmt: skip
        minutes = sum(chunk.end - chunk.start for chunk in case.chunks)
        limits = (case.guarded.waiting * minutes, case.guarded.lost_share * self._joined)
        for limit, terms in zip(limits, (self._waits, self._lost), strict=True):
            if np.isfinite(limit) and terms:
                columns, values = (np.concatenate([term[k] for term in terms]) for k in range(2))
                columns, values = columns[values != 0], values[values != 0]
                self.builder.add_rows(1, np.zeros(len(columns), np.int64), columns, values,
                                      upper=max(limit, 0.0))  # fmt: skip


class Part:
    """What the visits of a station in a chunk ask of its people."""

    def __init__(self, tier: TierProgram, chunk: Chunk, visits: Joined,
                 crews: list[tuple[Ground, Ints]]) -> None:  # fmt: skip
        self.tier, self.case, self.builder = tier, tier.case, tier.builder
        self.chunk, self.visits, self.crews = chunk, visits, crews
        self.buckets = int(np.ceil((chunk.end - chunk.start) / self.case.step - 1e-9))
        self.edges = chunk.start + self.case.step * np.arange(self.buckets + 1, dtype=np.float64)
        stages = self.case.network.stages
        self.skill = np.array([stages[k].skill or "" for k in visits.stage])
        segments = self.case.network.segments
        self.penalty = np.array([segments[k].penalty for k in visits.segment])
        lost_cost = np.array([segments[k].lost_cost for k in visits.segment])
        self.lost_cost = lost_cost * visits.counted
        self._options: list[tuple[Ints, Ints]] = []
        self._loads: list[list[tuple[Ints, Ints, Floats, Ints]]] = [[] for _ in crews]
        tier.due(visits)
        self._ways()
        self._starts()
        self._never()
        self._later()
        row, column = (np.concatenate([one[k] for one in self._options]) for k in range(2))
        self.builder.add_rows(len(visits.joined), row, column, 1.0, lower=1.0, upper=1.0)
        for g in range(len(crews)):
            self._capacity(g)

    def _ways(self) -> None:
        """Least way of each visit to each ground, and the length to which jobs are cut."""
        visits, case = self.visits, self.case
        shape = len(visits.joined), len(self.crews)
        self.way, self.km = np.zeros(shape), np.zeros(shape)
        self.able = np.zeros(shape, dtype=np.bool_)
        self.cut, self.breaks = np.zeros(shape[1]), np.zeros(shape[1])
        least = float(case.road.factor.min())
        for g, (ground, _) in enumerate(self.crews):
            away = visits.visit
            may = case.candidate[visits.group[:, None], visits.zone[:, None], ground.sites]
            may = may | visits.anywhere[:, None]
            near, far = (
                np.where(may, way[np.ix_(visits.zone, ground.sites)], np.inf).min(axis=1)
                for way in (case.minutes, case.km)
            )
            self.way[:, g] = np.where(away, near * visits.noise, 0.0)
            self.km[:, g] = np.where(away, np.where(np.isfinite(far), far, 0.0), 0.0)
            skills = {s: bool(ground.able(s or None)) for s in np.unique(self.skill).tolist()}
            self.able[:, g] = [skills[s] for s in self.skill.tolist()]
            self.able[:, g] &= np.isfinite(self.way[:, g]) & may.any(axis=1)
        nearest = np.where(self.able, self.way, np.inf).argmin(axis=1)
        for g, (ground, _) in enumerate(self.crews):
            mine = self.able[:, g] & ((nearest == g) | ~visits.visit)
            jobs = (visits.service + 2 * least * self.way[:, g])[mine]
            self.cut[g], self.breaks[g] = lengths_that_fit(ground, jobs)

    def _starts(self) -> None:
        """(2) Starts that promises or short patience may ask for, with their profiles."""
        starts, case, visits = Starts(), self.case, self.visits
        for g, (ground, _) in enumerate(self.crews):
            if not ground.whole:
                continue
            spans = {}
            for skill in np.unique(self.skill).tolist():
                on = [s for k in ground.able(skill or None) for s in ground.kinds[k].duty.intervals]
                spans[skill] = [
                    (max(a, self.chunk.start), min(b, self.chunk.end))
                    for a, b in merged(on)
                    if b > self.chunk.start and a < self.chunk.end
                ]
            for n in np.flatnonzero(self.able[:, g]).tolist():
                add_starts(
                    starts, visits, n, g, spans[self.skill[n]], self.way[n, g], case.road,
                    (self.chunk.start, case.step), float(self.cut[g]),
                )  # fmt: skip
        row, ground_of, begins, lasts, out, ways = starts.joined()
        met = begins[:, None] + out[:, None] <= visits.deadline[row] + 1e-6
        done = begins + lasts <= self.chunk.end
        money = done * self._job_money(row, ground_of, ways) + self._missed(row, met)
        columns = self._add(row, money, met, begins - visits.joined[row])
        job, bucket, minutes = profile(begins, lasts, self.chunk.start, case.step, self.buckets)
        for g in range(len(self.crews)):
            here = ground_of[job] == g
            self._loads[g].append((columns[job[here]], bucket[here], minutes[here], row[job[here]]))

    def _job_money(self, row: Ints, ground: Ints, ways: Floats) -> Floats:
        costs = self.case.network.costs
        per_job = np.array([one.per_job for one, _ in self.crews])
        road = 2 * costs.travel_per_km * self.km[row, ground] + costs.travel_per_h / 60 * ways
        return np.asarray(per_job[ground] + road)

    def _missed(self, row: Ints, met: Bools) -> Floats:
        """Penalties of the promises that are due and not kept."""
        pays = np.array([one.pays for one in self.case.rows], dtype=np.bool_)
        due = ~np.isnan(self.visits.deadline[row])
        return np.asarray(self.penalty[row] * ((due & ~met) @ pays))

    def _add(self, row: Ints, money: Floats, met: Bools, waits: Floats,
             lost: Floats | None = None) -> Ints:  # fmt: skip
        """Columns that are ways for visits to end."""
        columns = self.builder.add_variables(len(row), cost=money * self.case.scale, upper=np.inf)
        counted = self.visits.counted[row]
        gone = np.zeros(len(row)) if lost is None else lost * counted
        self.tier.note(columns, met, np.maximum(waits, 0.0), gone)
        self._options.append((row, columns))
        return columns

    def _never(self) -> None:
        """(3) Not begun in the chunk: gave up, or still waiting at its end."""
        visits, end = self.visits, self.chunk.end
        row = np.arange(len(visits.joined))
        gives_up = visits.joined + visits.patience < end
        limit = np.array([s.queue_limit is not None for s in self.case.network.sites])
        blocked = limit[visits.site]
        lost = (gives_up | blocked).astype(np.float64)
        met = (visits.deadline >= end) & ~gives_up[:, None]
        money = self._missed(row, met) + lost * np.where(blocked & ~gives_up, 0.0, self.lost_cost)
        waits = np.where(blocked, 0.0, np.minimum(visits.patience, end - visits.joined))
        self._add(row, money, met, waits, np.where(blocked, 0.0, lost))

    def _later(self) -> None:
        """(4) Begun after all promises are missed, or where jobs are stopped: work as a fluid."""
        visits, least = self.visits, float(self.case.road.factor.min())
        for g, (ground, _) in enumerate(self.crews):
            last = np.array([until(visits, n) for n in range(len(visits.joined))])
            last = np.where(last < visits.joined, visits.joined, last)
            able = self.able[:, g]
            if ground.whole:
                able = (
                    able
                    & (last < self.chunk.end)
                    & (visits.patience > last - visits.joined)
                    & ~(visits.joined + visits.patience <= last)
                )
                most = float(self.case.road.factor.max())
                since = np.maximum(visits.joined, last - most * self.way[:, g])
            else:
                since = visits.joined
            row = np.flatnonzero(able)
            if not len(row):
                continue
            none = np.zeros((len(row), len(self.case.rows)), dtype=np.bool_)
            met = none if ground.whole else ~np.isnan(visits.deadline[row])
            ways = 2 * least * self.way[row, g]
            money = self._job_money(row, np.full(len(row), g), ways) + self._missed(row, met)
            columns = self._add(row, money, met, since[row] - visits.joined[row])
            work = np.minimum(visits.service[row] + ways, self.cut[g])
            self._flow(g, row, columns, since[row], work)

    def _flow(self, g: int, row: Ints, columns: Ints, since: Floats, work: Floats) -> None:
        """Backlog of each skill: what came before and is not done yet."""
        ground, _ = self.crews[g]
        coarse = max(round(60 / self.case.step), 1)
        periods = -(-self.buckets // coarse)
        came = ((since - self.chunk.start) // (coarse * self.case.step)).astype(np.int64)
        for skill in np.unique(self.skill[row]).tolist():
            mine = self.skill[row] == skill
            spans = merged(
                (a, b + self.cut[g])
                for k in ground.able(skill or None)
                for a, b in ground.kinds[k].duty.intervals
            )
            when = np.flatnonzero(inside(spans, self.edges) > 0)
            done = self.builder.add_variables(len(when), upper=np.inf)
            left = self.builder.add_variables(periods, upper=np.inf)
            rows = [came[mine], when // coarse, np.arange(periods), np.arange(1, periods)]
            names = [columns[mine], done, left, left[:-1]]
            signs = [work[mine], -np.ones(len(when)), -np.ones(periods), np.ones(periods - 1)]
            self.builder.add_rows(periods, *(np.concatenate(one) for one in (rows, names, signs)),
                                  lower=0.0, upper=0.0)  # fmt: skip
            if not ground.hands_over:  # at most one job in hand each
                hands = self.crews[g][1][ground.able(skill or None)]
                most = [1.0, *np.full(len(hands), -self.cut[g])]
                self.builder.add_rows(1, np.zeros(len(most)), [left[-1], *hands], most, upper=0.0)
            some = int(row[mine][0])
            self._loads[g].append((done, when, np.ones(len(when)), np.full(len(when), some)))

    def _capacity(self, g: int) -> None:
        """(8) Work of sets of skills within what those who hold any of them have."""
        ground, count = self.crews[g]
        loads = self._loads[g]
        if not loads:
            return
        column, bucket, minutes, visit = (np.concatenate([one[k] for one in loads])
                                          for k in range(4))  # fmt: skip
        if not len(column):
            return
        skill = self.skill[visit]
        supply = [self._supply(ground, k, int(count[k]), float(self.cut[g]), float(self.breaks[g]))
                  for k in range(len(ground.kinds))]  # fmt: skip
        for able, skills in skill_sets(ground, sorted(set(skill.tolist()))):
            inn = np.isin(skill, list(skills))
            terms = [(bucket[inn], column[inn], minutes[inn]), *(supply[k] for k in able)]
            self.builder.add_rows(
                self.buckets, *(np.concatenate([t[k] for t in terms]) for k in range(3)), upper=0.0
            )

    def _supply(
        self, ground: Ground, k: int, count: int, cut: float, total: float
    ) -> tuple[Ints, Ints, Floats]:
        """Minutes of a kind by bucket: duty, breaks (9), overtime (10); negative is supply."""
        kind = ground.kinds[k]
        on = inside(kind.duty.intervals, self.edges)
        at = np.flatnonzero(on > 0)
        terms = [(at, np.full(len(at), count), -on[at])]
        for begins, length in kind.duty.breaks:
            if (
                counts(kind.duty, begins, cut, total)
                and self.chunk.start <= begins
                and (begins + cut + total <= self.chunk.end)
            ):
                when = np.flatnonzero(inside(((begins, begins + cut + total),), self.edges) > 0)
                taken = self.builder.add_variables(len(when), upper=np.inf)
                self.builder.add_rows(1, np.zeros(len(when) + 1, np.int64), [*taken, count],
                                      [*np.ones(len(when)), -length], lower=0.0)  # fmt: skip
                terms.append((when, taken, np.ones(len(when))))
        ends = merged((b, b + cut) for _, b in kind.duty.intervals if np.isfinite(b))
        late = inside(ends, self.edges)
        when = np.flatnonzero(late > 0)
        beyond = ground.finishes or bool(self.visits.visit.any())  # who is stopped travels back
        if beyond and len(when):
            money = kind.overtime_per_min * self.case.scale
            extra = self.builder.add_variables(len(when), cost=money, upper=np.inf)
            row = np.arange(len(when))
            self.builder.add_rows(
                len(when), [*row, *row], [*extra, *np.full(len(when), count)],
                [*np.ones(len(when)), *(-late[when])], upper=0.0,
            )  # fmt: skip
            terms.append((when, extra, -np.ones(len(when))))
        row, column, value = (np.concatenate([t[k] for t in terms]) for k in range(3))
        return row.astype(np.int64), column.astype(np.int64), value


def skill_sets(ground: Ground, skills: list[str]) -> list[tuple[list[int], set[str]]]:
    """Kinds and skills such that only those kinds do work of those skills.

    By Hall's theorem the work of all sets of skills within the minutes of those able is all
    that a fluid split of the work over kinds needs; a few sets are enough for a bound.
    """
    hands = {skill: frozenset(ground.able(skill or None)) for skill in skills}
    distinct = sorted({one for one in hands.values() if one}, key=sorted)
    sizes = range(1, len(distinct) + 1) if len(distinct) <= MOST_SETS else (1, len(distinct))
    unions = {
        frozenset().union(*some)
        for size in sizes
        for some in combinations(distinct, size)
        if size == 1 or _linked(some)
    }
    return [
        (sorted(one), {skill for skill in skills if hands[skill] and hands[skill] <= one})
        for one in sorted(unions, key=sorted)
    ]


def _linked(some: tuple[frozenset[int], ...]) -> bool:
    """Whether sets hang together; apart they bound no more than each by itself."""
    seen, left = set(some[0]), list(some[1:])
    while touching := [one for one in left if one & seen]:
        for one in touching:
            seen |= one
            left.remove(one)
    return not left
