"""What people see of a decision: the network before and after a plan.

===========================  ===================================================
`report.decision.view`       `DecisionView`: the values of a decision that a report shows
`report.decision.frontier`   what more service costs
`report.decision.placements` sites that were staffed, the chosen ones among them
`report.decision.words`      differences and verdicts as people read them
`report.decision.console`    the decision on the terminal, and the frontier
`report.decision.plan`       what the plan does: sites, tiers, regions
`report.decision.evidence`   what that changes, and what is proved of it
`report.decision.regret`     plans under demands that they were not made for
`report.decision.sharing`    a budget over regions, by rule and at the optimum
`report.decision.figures`    pictures, written as PNG
===========================  ===================================================

Nothing here simulates or optimises: whoever decided fills a `DecisionView`.
"""

from report.decision.console import print_decision, print_frontier
from report.decision.figures import save_decision_figures
from report.decision.frontier import FrontierPoint
from report.decision.placements import PlacementTried
from report.decision.regret import print_regret
from report.decision.sharing import SharingRow, print_sharing
from report.decision.view import (
    Bounds,
    Certificate,
    Change,
    DecisionView,
    GuardProof,
    PromiseProof,
    RegionRow,
    SiteAction,
    SiteChange,
    Solution,
    Verdict,
)

__all__ = [
    "Bounds",
    "Certificate",
    "Change",
    "DecisionView",
    "FrontierPoint",
    "GuardProof",
    "PlacementTried",
    "PromiseProof",
    "RegionRow",
    "SharingRow",
    "SiteAction",
    "SiteChange",
    "Solution",
    "Verdict",
    "print_decision",
    "print_frontier",
    "print_regret",
    "print_sharing",
    "save_decision_figures",
]
