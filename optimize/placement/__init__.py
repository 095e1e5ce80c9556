"""A location library on plain arrays: one class per formulation, one `Instance`, one `Plan`.

>>> import numpy as np
>>> rng = np.random.default_rng(1)
>>> instance = Instance.from_points(rng.random((200, 2)), rng.random((20, 2)))
>>> plan = PMedian(sites=3).solve(instance)
>>> plan.status, len(plan.open_sites), check_plan(PMedian(sites=3), instance, plan)
(<Status.OPTIMAL: 'optimal'>, 3, [])
"""

from optimize.placement.backup import BackupCoverage
from optimize.placement.check import check_plan
from optimize.placement.cover import Cover
from optimize.placement.facility_location import FacilityLocation
from optimize.placement.instance import Instance
from optimize.placement.lscp import LSCP
from optimize.placement.malp import MALP
from optimize.placement.mclp import MCLP
from optimize.placement.mexclp import MEXCLP
from optimize.placement.p_center import PCenter
from optimize.placement.p_median import PMedian
from optimize.placement.plan import UNASSIGNED, Plan
from optimize.solver import Limits, Status

__all__ = [
    "LSCP",
    "MALP",
    "MCLP",
    "MEXCLP",
    "UNASSIGNED",
    "BackupCoverage",
    "Cover",
    "FacilityLocation",
    "Instance",
    "Limits",
    "PCenter",
    "PMedian",
    "Plan",
    "Status",
    "check_plan",
]
