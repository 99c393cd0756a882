"""Confidence bounds of proportions. Pure."""

from math import sqrt

Z = 1.96
"""The quantile of the normal distribution for a confidence of 95 %."""


def wilson_lower_bound(successes: float, trials: float) -> float:
    """The lower bound of the proportion of successes: the end of its Wilson score interval at 95 %.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike the proportion itself, it is small if there are few trials.
    """
    if trials <= 0:
        return 0.0
    share = successes / trials
    centre = share + Z * Z / (2 * trials)
    spread = Z * sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    return max(0.0, (centre - spread) / (1 + Z * Z / trials))
