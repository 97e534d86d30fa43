"""judge.py - whether what a run found can be, given what is documented and what must hold.

J1. The share that is covered (or rejected) differs from the documented one by no more than chance: both tails
    of the binomial distribution beyond what was seen have at least ALPHA.
J2. It is not below the floor of the case by more than chance (a test: not above its ceiling).
J3. The mean width is the documented one to WIDTH Monte Carlo errors: a standard error that is too large shows
    there, where a coverage of nearly 100 % has no room to rise.
J4. As many samples have no interval as are documented to, but for chance."""
import math

from cases import SIZE

ALPHA, WIDTH = 1e-3, 4.0
LEAST, MOST = 5e-4, 1.0 - 5e-4  # a documented 100 % is one of 2,000 samples; it does not forbid a single miss


def tails(hits, n, p):
    """P(X <= hits) and P(X >= hits) of a binomial."""
    p = min(max(p, LEAST), MOST)
    terms = [math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) +
                      k * math.log(p) + (n - k) * math.log1p(-p)) for k in range(n + 1)]
    return math.fsum(terms[:hits + 1]), math.fsum(terms[hits:])


def share_problems(s, documented):
    """J1 and J2."""
    low, high = tails(s.hits, s.given, documented.share)
    problems = []
    if low < ALPHA:
        problems.append("%.1f %% is less than the documented %.1f %%" % (100 * s.share, 100 * documented.share))
    if high < ALPHA:
        problems.append("%.1f %% is more than the documented %.1f %%" % (100 * s.share, 100 * documented.share))
    if s.case.truth == SIZE:
        if tails(s.hits, s.given, s.case.floor)[1] < ALPHA:
            problems.append("rejects more than %g %%" % (100 * s.case.floor))
    elif tails(s.hits, s.given, s.case.floor)[0] < ALPHA:
        problems.append("covers less than %g %%" % (100 * s.case.floor))
    return problems


def problems_of(s, documented):
    if documented is None:
        return ["is not in the table"]
    if s.given == 0:
        return ["has no interval in any sample"]
    problems = share_problems(s, documented)
    if s.case.truth == SIZE:
        return problems
    if not abs(s.width - documented.width) <= WIDTH * s.width_error + 1e-3 * documented.width:
        problems.append("mean width %.4g is not the documented %.4g" % (s.width, documented.width))
    if min(tails(s.n_samples - s.given, s.n_samples, documented.none)) < ALPHA:
        problems.append("%.1f %% of samples have none, not %.1f %%" % (100 * s.none, 100 * documented.none))
    return problems
