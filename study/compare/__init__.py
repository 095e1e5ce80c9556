"""Two or more runs, scenarios or plans laid side by side on the same requests.

==========================  =====================================================
`study.compare.sides`       what is compared: runs, overrides, plans, a locked baseline
`study.compare.play`        all of them on the same requests
`study.compare.inputs`      what their inputs differ in
`study.compare.judge`       paired differences and verdicts, corrected for their number
`study.compare.remedy`      how many more people would restore a promise
`study.compare.comparison`  all of this in its order
`study.compare.files`       tables and record, written into a folder
`study.compare.view`        what a report shows of it
==========================  =====================================================
"""
