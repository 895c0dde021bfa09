"""The gate's statistics: small, pure, from the literature; each function names its source.

Rates, differences, falls and probabilities are fractions of 1, never points. None stands for "nothing was
measured", and no function makes a number of nothing. Arguments that no run could give are a ValueError.
"""

from slm_harness.stats.intervals import Interval, cluster_interval, wilson
from slm_harness.stats.multiplicity import holm
from slm_harness.stats.paired import (
    PairedDifference,
    PairedTest,
    cluster_standard_error,
    mcnemar,
    paired_difference,
    sign_flip,
)
from slm_harness.stats.power import (
    CHURN,
    detectable_fall,
    fewest_flips,
    power,
    smallest_visible_fall,
)
from slm_harness.stats.predicting import Sums, chance_of_fall, critical_fall
from slm_harness.stats.repeats import mean_pass_hat, pass_hat, waver

__all__ = [
    "CHURN",
    "Interval",
    "PairedDifference",
    "PairedTest",
    "Sums",
    "chance_of_fall",
    "cluster_interval",
    "cluster_standard_error",
    "critical_fall",
    "detectable_fall",
    "fewest_flips",
    "holm",
    "mcnemar",
    "mean_pass_hat",
    "paired_difference",
    "pass_hat",
    "power",
    "sign_flip",
    "smallest_visible_fall",
    "waver",
    "wilson",
]
