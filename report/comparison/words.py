"""The answer of a comparison in a planner's words, made from measured figures only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from network.quantity import MINUTES_PER_MONTH, MINUTES_PER_WEEK
from report.comparison.view import (
    Alternative,
    ComparisonView,
    Figure,
    Levers,
    MorePeople,
    RemedyView,
)
from report.decision.view import PROMISE
from report.decision.words import counted, show_value
from report.words import show_money, show_share

WEEKS_PER_MONTH = MINUTES_PER_MONTH / MINUTES_PER_WEEK
_MOST_TOLD = 2
_NOUNS = {
    "zones": "zones", "travel": "ways", "roads": "roads", "overrides": "ways",
    "stages": "routes", "classes": "kinds of request", "shifts": "shifts",
    "calendars": "opening hours", "profiles": "hours of the week", "seasons": "seasons",
    "segments": "grades of customer", "assignments": "assignments", "log": "log",
}  # fmt: skip


def answer(view: ComparisonView, one: Alternative) -> tuple[str, ...]:
    """What changed, what that did, and what would keep the promises: a few sentences."""
    effects = [*_promise_words(view, one), *_service_words(view, one), *_cost_words(view, one)]
    effects = effects or [_count_words(one)]
    first = _capital(levers_in_words(one.levers)) + ": " + ("; ".join(effects) + ".")
    remedy = one.remedy
    return (first,) if remedy is None else (first, *_remedy_words(view, one, remedy))


def levers_in_words(levers: Levers) -> str:
    """What differs, as a planner says it.

    Examples
    --------
    >>> levers_in_words(Levers(demand=(1.0, 1.15), agents=(214, 214)))
    '+15 % demand with the same people'
    >>> levers_in_words(Levers(agents=(214, 188), opened=1))
    '26 agents fewer (214 to 188), 1 site opened'
    >>> levers_in_words(Levers())
    'nothing differs in the inputs'
    """
    if levers.scenario[0] != levers.scenario[1]:
        return f"scenario {levers.scenario[1]} instead of {levers.scenario[0]}"
    words = list(_lever_words(levers))
    old, new = levers.agents
    demand = levers.demand[0] != levers.demand[1]
    if demand and old == new and len(words) == 1:
        return f"{words[0]} with the same people"
    return ", ".join(words) or "nothing differs in the inputs"


def _lever_words(levers: Levers) -> Iterator[str]:
    low, high = levers.demand
    if low != high:
        yield f"{100 * (high / low - 1):+.3g} % demand"
    old, new = levers.agents
    if old != new:
        more = "more" if new > old else "fewer"
        yield f"{counted(abs(new - old), 'agent')} {more} ({old:,} to {new:,})"
    if levers.opened:
        yield f"{counted(levers.opened, 'site')} opened"
    if levers.closed:
        yield f"{counted(levers.closed, 'site')} closed"
    if levers.policy[0] != levers.policy[1]:
        yield f"dispatch by {levers.policy[1]} instead of {levers.policy[0]}"
    if levers.channels:
        yield "another channel mix"
    if levers.costs:
        yield "other rates and wages"
    if levers.promises:
        yield "other promises"
    names = list(dict.fromkeys(_NOUNS.get(noun, noun) for noun in levers.others))
    if names:
        yield f"other {', '.join(names)}"


def _promise_words(view: ComparisonView, one: Alternative) -> Iterator[str]:
    """The promises that moved most, the worse ones first; how many others did."""
    moved = [figure for figure in one.promises if figure.verdict in ("worse", "better")]
    moved.sort(key=lambda f: (f.verdict != "worse", -abs(f.change.difference)))
    if not moved:
        if one.promises:
            yield "no evidence that any promise is kept better or worse"
        return
    for figure in moved[:_MOST_TOLD]:
        change = figure.change
        moves = "falls" if change.difference < 0 else "rises"
        yield (
            f"'{view.promise_name(change.key)}' {moves} from {_share(change.before)} to "
            f"{_share(change.after)}{_target(view, change.key)}"
        )
    if len(moved) > _MOST_TOLD:
        rest = moved[_MOST_TOLD:]
        worse = sum(figure.verdict == "worse" for figure in rest)
        parts = [(worse, "worse"), (len(rest) - worse, "better")]
        words = " and ".join(f"{count} {word}" for count, word in parts if count)
        yield f"of the other promises {words}"


def _count_words(one: Alternative) -> str:
    """What is said where neither promise, mean response nor cost is shown to move."""
    moved = [f for f in one.figures if f.verdict in ("worse", "better", "higher", "lower")]
    if not moved:
        return "no evidence that any figure changes"
    return f"{counted(len(moved), 'figure')} shown to change, none of them cost or mean response"


def _target(view: ComparisonView, promise: str) -> str:
    row = next((row for row in view.base.promises if row.name == promise), None)
    return "" if row is None else f" (promised {show_share(row.target, _digits(row.target))})"


def _digits(share: float) -> int:
    return 0 if abs(100 * share - round(100 * share)) < 1e-6 else 1


def _share(share: float) -> str:
    return show_share(share, 1)


def _service_words(view: ComparisonView, one: Alternative) -> Iterator[str]:
    """The tier whose mean response moved most, if it is shown."""
    moved = [
        figure
        for figure in one.figures
        if figure.change.kpi == "response_mean" and figure.verdict in ("worse", "better")
    ]
    if moved:
        most = max(moved, key=lambda f: abs(f.change.difference) / max(f.change.before, 1e-9))
        change = most.change
        moves = "falls" if change.difference < 0 else "rises"
        yield (
            f"mean response at the {_lower(view.tier_name(change.key))} {moves} from "
            f"{show_value(change.before, 'min')} to {show_value(change.after, 'min')}"
        )


def _cost_words(view: ComparisonView, one: Alternative) -> Iterator[str]:
    figure = one.find("cost")
    if figure is None or not figure.change.before > 0:
        return
    change = figure.change
    if figure.verdict not in ("worse", "better"):
        yield "no evidence that the cost changes" if change.difference else "the cost is the same"
        return
    moves = "falls" if change.difference < 0 else "rises"
    part = show_share(abs(change.difference) / change.before)
    yield f"the cost {moves} by {part}, {_money(view, abs(change.difference))}"


def _money(view: ComparisonView, per_month: float) -> str:
    """An amount a month and a week.

    A month is a twelfth of a year of 365.25 days.
    """
    per_week = show_money(round(per_month / WEEKS_PER_MONTH, -2))
    return f"{view.currency} {show_money(round(per_month, -2))} a month ({per_week} a week)"


def _remedy_words(view: ComparisonView, one: Alternative, remedy: RemedyView) -> Iterator[str]:
    enough = [tier for tier in remedy.tiers if tier.restored and tier.extra]
    short = [tier for tier in remedy.tiers if not tier.restored]
    if enough:
        people = " and ".join(_people(view, tier) for tier in enough)
        names = [row for tier in remedy.tiers if tier.restored for row in tier.promises]
        worst = max(names, key=lambda row: row.base - row.alternative)
        kept = "it" if len(names) == 1 else f"all {len(names)} of their promises"
        least = "" if short else f" at {_extra_cost(view, remedy)}"
        yield (
            f"{_capital(people)} would keep {kept} as in {view.label}{least}; or accept "
            f"{_share(worst.alternative)} for '{view.promise_name(worst.name)}'."
        )
    for tier in short:
        worst = min(tier.promises, key=lambda row: row.remedied - row.base)
        yield (
            f"Even {_people(view, tier)} would not restore '{view.promise_name(worst.name)}': "
            f"{_share(worst.remedied)} instead of {_share(worst.base)}. More people in the same "
            "mix are not the way there."
        )
    for row in remedy.untied:
        told = f"'{view.promise_name(row.name)}' ({_share(row.base)} in {view.label})"
        changes = f"; with them to {_share(row.remedied)}" if enough or short else ""
        yield f"No tier alone answers for {told}; it falls to {_share(row.alternative)}{changes}."


def _people(view: ComparisonView, tier: MorePeople) -> str:
    where = _lower(view.tier_name(tier.tier)) + (f" in {tier.region}" if tier.region else "")
    return f"{counted(tier.extra, 'more agent')} at the {where} (now {tier.agents:,})"


def _extra_cost(view: ComparisonView, remedy: RemedyView) -> str:
    amount = remedy.cost.mean
    if not math.isfinite(amount):
        return "an unknown cost"
    return f"{_money(view, abs(amount))} {'more' if amount >= 0 else 'less'}"


def how_to_read(view: ComparisonView) -> tuple[str, ...]:
    """How intervals and verdicts are meant."""
    level = f"{100 * view.confidence:g} %"
    alone = f"± is half of the {level} interval of a figure by itself."
    if len(view.alternatives) > 1:
        alone = "Intervals are in verdicts.csv and the pictures."
    words = [
        f"{alone} The verdicts hold together "
        f"with {level}: {view.family} figures were judged as one family (Holm). No evidence of a "
        "difference is not the same as no difference."
    ]
    if view.alone:
        words.append(
            f"{counted(view.alone, 'figure')} would show a difference alone, but not among so "
            "many (marked *); more replications would tell"
        )
    return tuple(words)


def show_verdict(figure: Figure) -> str:
    """The verdict in a word; * where the figure's own interval says more."""
    return f"{figure.verdict} *" if figure.alone_only else figure.verdict


def input_words(view: ComparisonView, one: Alternative) -> Iterator[tuple[str, str]]:
    """The inputs that differ: noun and field, and what is said of them."""
    for line in one.inputs:
        name = f"{line.noun}, {line.field}"
        if line.rows <= 1 or (line.changed == 1 and line.total is None):
            row, before, after = line.examples[0]
            yield name, f"{row}: {_from_to(before, after)}" if row else _from_to(before, after)
            continue
        of = f" of {line.rows:,}" if line.field not in ("added", "removed") else ""
        words = f"{line.changed:,}{of}"
        if line.total is not None:
            words += f", in all {line.total[0]:,.10g} → {line.total[1]:,.10g}"
        words += ": " + _examples(line.examples, line.changed)
        yield name, words


def _examples(examples: Sequence[tuple[str, str, str]], changed: int) -> str:
    shown = "; ".join(f"{row} {_from_to(before, after)}" for row, before, after in examples[:3])
    return shown + (" ..." if changed > min(len(examples), 3) else "")


def _from_to(before: str, after: str) -> str:
    if before and after:
        return f"{before} → {after}"
    return f"({before or after})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """A tier's name within a sentence."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def promise_figures(one: Alternative) -> tuple[Figure, ...]:
    """The promises, what became worse first."""
    order = ("worse", "better")
    rank = {word: n for n, word in enumerate(order)}
    return tuple(
        sorted(
            (f for f in one.figures if f.change.kpi == PROMISE),
            key=lambda f: rank.get(f.verdict, len(rank)),
        )
    )
