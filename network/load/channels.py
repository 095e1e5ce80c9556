"""A shift of the channel mix: which share of a channel's requests moves to which other.

In each class of request that has both channels, the share that is to move leaves the one and
joins the other, and then takes the other's route. A class without the other channel keeps its
requests where they are. What a log states of its requests is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from network.demand import Channel, Entry
from network.errors import Problem, ScenarioError, did_you_mean, one_of

if TYPE_CHECKING:
    from network.model import Network

Moves = Mapping[str, Mapping[str, float]]
"""From a channel to others, with the share of its requests that moves."""


def with_channels(network: Network, moves: Moves) -> Network:
    """The network with its channel mix shifted.

    Raises
    ------
    ScenarioError
        With all that is wrong with the shift.
    """
    problems = list(channel_problems(network.channels, network.entries, moves))
    if problems:
        raise ScenarioError("the channels", problems)
    return replace(network, entries=tuple(move_channels(network.entries, moves)))


def move_channels(entries: Sequence[Entry], moves: Moves) -> list[Entry]:
    """The entries with shares moved between channels; each class's shares still sum to 1.

    Parameters
    ----------
    entries : sequence of Entry
    moves : mapping of str to mapping of str to float
        All of them at once, each of the share that the channel had before.

    Examples
    --------
    >>> entries = [
    ...     Entry(class_id="how_to", channel="phone", share=0.6, stage="answer"),
    ...     Entry(class_id="how_to", channel="chat", share=0.4, stage="answer_chat"),
    ... ]
    >>> [round(one.share, 3) for one in move_channels(entries, {"phone": {"chat": 0.25}})]
    [0.45, 0.55]
    """
    before = {(one.class_id, one.channel): one.share for one in entries}
    after = dict(before)
    for (class_id, channel), share in before.items():
        for target, part in moves.get(channel, {}).items():
            if (class_id, target) in before:
                after[class_id, channel] -= share * part
                after[class_id, target] += share * part
    return [
        one.model_copy(update={"share": min(max(after[one.class_id, one.channel], 0.0), 1.0)})
        for one in entries
    ]


def channel_problems(
    channels: Sequence[Channel], entries: Sequence[Entry], moves: Moves
) -> Iterator[Problem]:
    """What is wrong with a shift: channels that there are not, shares that are none."""
    known = [one.channel_id for one in channels]
    ways = {(one.class_id, one.channel) for one in entries}
    for source, targets in moves.items():
        for name in (source, *targets):
            if name not in known:
                message = f"there is no channel '{name}'; expected one of {one_of(known)}."
                yield Problem(f"channels.move.{source}", message + did_you_mean(name, known))
        for target, part in targets.items():
            where = f"channels.move.{source}.{target}"
            if not 0 <= part <= 1:
                yield Problem(where, f"got {part:g}; expected a share from 0 to 1")
            if target == source:
                yield Problem(where, "moves to itself; expected another channel")
            elif {source, target} <= {*known} and not any(
                (one.class_id, target) in ways for one in entries if one.channel == source
            ):
                message = f"no class of request comes both by '{source}' and by '{target}'"
                yield Problem(where, f"{message}, so nothing would move")
        total = sum(targets.values())
        if total > 1 + 1e-9:
            message = f"shares sum to {total:g}; expected at most 1, all that there is"
            yield Problem(f"channels.move.{source}", message)
