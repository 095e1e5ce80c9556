"""Summaries and lists for the terminal.

========================  =====================================================
`report.console.summary`  a run on one screen
`report.console.service`  its demand, its service by tier and region
`report.console.effort`   its staff, its promises, its cost
`report.console.traffic`  offered load against capacity, without a run
`report.console.lists`    scenarios, policies, problems
========================  =====================================================

Names come from users: they are printed as they are, never read as markup.
"""

from report.console.lists import print_policies, print_problems, print_scenarios
from report.console.summary import print_summary
from report.console.traffic import print_traffic

__all__ = [
    "print_policies",
    "print_problems",
    "print_scenarios",
    "print_summary",
    "print_traffic",
]
