"""The nouns of a service network: what it is made of, frozen and validated.

========================  =====================================================
`network.errors`          what is raised, with every problem collected
`network.quantity`        durations, clock times and weekdays as text -> numbers
`network.law`             probability laws of service, patience, travel noise
`network.places`          tiers, sites, zones, opening calendars
`network.people`          shifts, breaks, agent pools
`network.demand`          request classes, segments, channels, hourly profiles
`network.route`           the stages a request of a class may pass
`network.travel`          how long the way from a zone to a site takes
`network.money`           cost rates
`network.promise`         what the network promises its customers
`network.plan`            a decision: sites opened or closed, pools, assignments
`network.model`           `Network`, all of the above together
`network.tables`          the columns of requests, visits and outcomes
`network.kpi`             the registry of key figures
`network.load`            a scenario folder -> `Network`
`network.queueing`        formulas: Erlang, priorities, traffic equations ...
========================  =====================================================

Inside, time is in minutes since the scenario's start, distance in kilometres,
money in the scenario's currency.
"""
