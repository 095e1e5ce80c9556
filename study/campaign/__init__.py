"""A study file, its points, and what was found there.

==========================  ============================================================
`study.campaign.file`       the study file: YAML -> a frozen `Study`
`study.campaign.text`       its keys, their types and limits
`study.campaign.checks`     what must hold in it beyond types
`study.campaign.base`       the base, and the networks of points made of it
`study.campaign.measures`   what is read off the runs: key figures, kept promises
`study.campaign.run`        the points, simulated to a precision within a budget
`study.campaign.findings`   what was found, as tables
==========================  ============================================================
"""
