"""How long, and at how many sites, a pilot must run.

====================  ====================================================
`study.pilot.weeks`   simulated weeks of a network as it is and as changed
`study.pilot.power`   how many pilots drawn from them show the change
====================  ====================================================
"""
