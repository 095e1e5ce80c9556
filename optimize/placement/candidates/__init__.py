"""Where sites might be: centres of gravity, weighted clusters and populated places."""

from optimize.placement.candidates.centres import Centre, centre_of_gravity, weiszfeld
from optimize.placement.candidates.clusters import Clusters, weighted_clusters
from optimize.placement.candidates.places import populated_places
from optimize.placement.candidates.propose import (
    CandidateOptions,
    Candidates,
    Origin,
    propose_candidates,
)

__all__ = [
    "CandidateOptions",
    "Candidates",
    "Centre",
    "Clusters",
    "Origin",
    "centre_of_gravity",
    "populated_places",
    "propose_candidates",
    "weighted_clusters",
    "weiszfeld",
]
