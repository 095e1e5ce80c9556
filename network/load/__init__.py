"""Load a scenario folder into a validated `Network`.

`load_scenario` reports all faults of a scenario at once and reads nothing outside the
scenarios folder. The steps: `folder` (files -> raw rows), `build` (rows -> nouns),
`checks` (what must hold between them), `roads` (GraphML -> travel times), all in the
order of `scenario`; `plans` reads a decision and applies it.
"""

from network.load.folder import SCENARIOS, list_scenarios
from network.load.plans import load_plan
from network.load.scenario import ScenarioTables, load_scenario

__all__ = ["SCENARIOS", "ScenarioTables", "list_scenarios", "load_plan", "load_scenario"]
