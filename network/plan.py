"""A decision about a network: sites opened or closed, staff, assignments."""

from __future__ import annotations

from network.noun import Id, Name, Noun
from network.people import Pool
from network.places import Site


class Assignment(Noun):
    """The site that a zone is assigned to at a tier.

    Parameters
    ----------
    zone, tier, site : str
    """

    zone: Id
    tier: Id
    site: Id


class Plan(Noun):
    """What a planner decides; everything not named stays as the scenario has it.

    Parameters
    ----------
    scenario : str
        The scenario it was made for.
    sites : tuple of Site
        Places that the scenario does not know, such as a centre of gravity; opened too.
    opened, closed : tuple of str
        Site ids.
    pools : tuple of Pool
        Pools that are new or replace the one of the same id.
    assignments : tuple of Assignment
        Where the policies ``assigned`` and ``assigned_with_overflow`` send a zone.
    """

    scenario: Name = ""
    sites: tuple[Site, ...] = ()
    opened: tuple[Id, ...] = ()
    closed: tuple[Id, ...] = ()
    pools: tuple[Pool, ...] = ()
    assignments: tuple[Assignment, ...] = ()
