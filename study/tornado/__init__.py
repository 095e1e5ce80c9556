"""What a plan's cost hangs on, assumption by assumption.

==========================  ===============================================================
`study.tornado.runs`        the networks that are played, and their costs by replication
`study.tornado.swings`      one assumption at a time, lower and higher
`study.tornado.break_even`  where an alternative begins to pay
`study.tornado.regret`      what is paid too much if demand turns out otherwise
`study.tornado.price`       the price of the last percent of service
==========================  ===============================================================

A tornado moves one assumption at a time: it is no interaction analysis. For that there is
`study.sensitivity`.
"""
