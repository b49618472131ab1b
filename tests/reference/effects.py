#!/usr/bin/env python3
"""Effects by NumPy and SciPy, for Statistics/EffectReferenceTests.cs.

    /usr/bin/python3 tests/reference/effects.py > tests/TransferLens.Analyses.Tests/Fixtures/effects.json

contrasts: differences of seed means, with SE^2 = Var_images(seed-averaged paired difference) / N
    + max(0, s_A^2 / n_A + s_B^2 / n_B - w), Satterthwaite's degrees of freedom, and the wider of two t intervals.
    "wholeWithin" is w from the variance within images as it is; "within" from that after removal of each seed's mean,
    which TransferLens uses. They differ by the spread divided by N.
welch: differences of numbers without images.        pairs: delete-one jackknife of means over pairs.
quantiles: Student's t.                              holm: adjusted p.
Degrees of freedom over seeds are Welch's, but at most those of groups whose seeds are equally spread.
"""
import itertools
import json

import numpy
import scipy.stats

RANDOM = numpy.random.RandomState(18)
ALPHAS = (0.05, 0.01)


def t_above(value, error, df):
    return scipy.stats.t.sf(value / error, df) if error > 0 else float(value <= 0)


def half_width(image, seed, spread, df, spread_df, tail):
    half = scipy.stats.t.isf(tail, df) * numpy.sqrt(image + seed)
    return max(half, scipy.stats.t.isf(tail, spread_df) * numpy.sqrt(spread)) if spread_df else half


def welch_df(parts):
    """parts: (variance of a weighted mean, its degrees of freedom, weight^2 / number)."""
    estimated, equal = (
        sum(part[i] for part in parts) ** 2 / max(1e-300, sum(part[i] ** 2 / part[1] for part in parts)) for i in (0, 2)
    )
    return min(estimated, equal) if estimated else equal


def contrast(groups, as_bits):
    """groups: (weight, array of seeds x images)."""
    images = groups[0][1].shape[1]
    averaged = sum(weight * scores.mean(axis=0) for weight, scores in groups)
    value = averaged.mean()
    image = averaged.var(ddof=1) / images
    parts = []
    for weight, scores in groups:
        seeds = len(scores)
        if seeds < 2:
            continue
        means = scores.mean(axis=1)
        whole = scores.var(axis=0, ddof=1).mean() / seeds / images
        centred = ((scores - means[:, None]) - (scores - means[:, None]).mean(axis=0)) ** 2
        within = centred.sum() / (seeds - 1) / (images - 1) / seeds / images
        parts.append((weight**2 * means.var(ddof=1) / seeds, weight**2 * within, weight**2 * whole, seeds - 1, weight**2 / seeds))
    spread, within, whole = (sum(part[i] for part in parts) for i in range(3))
    seed = max(0.0, spread - within)
    spread_df = welch_df([(part[0], part[3], part[4]) for part in parts])
    df = (image + seed) ** 2 / (image**2 / (images - 1) + (spread**2 / spread_df if seed else 0))
    above = [t_above(abs(value), numpy.sqrt(image + seed), max(1, df))]
    if spread_df:
        above.append(t_above(abs(value), numpy.sqrt(spread), spread_df))
    return {
        "groups": [
            {
                "weight": float(weight),
                "seeds": [
                    "".join(str(int(x)) for x in row) if as_bits else [round(x, 6) for x in row] for row in scores
                ],
            }
            for weight, scores in groups
        ],
        "value": value, "imageVariance": image, "seedVariance": seed, "spread": spread, "within": within,
        "wholeWithin": whole, "wholeSeedVariance": max(0.0, spread - whole), "degreesOfFreedom": max(1, df),
        "spreadDegreesOfFreedom": spread_df, "p": min(1, 2 * max(above)),
        "halfWidths": [half_width(image, seed, spread, max(1, df), spread_df, alpha / 2) for alpha in ALPHAS],
        "lowerEnd": value - half_width(image, seed, spread, max(1, df), spread_df, 0.05),
    }


def correct(difficulty, seeds, gain, spread):
    shifts = gain + spread * RANDOM.standard_normal(seeds)
    return (RANDOM.random_sample((seeds, len(difficulty))) < difficulty + shifts[:, None]).astype(float)


def contrasts():
    for images, first, second, spread in (
        (40, 3, 3, 0.2), (60, 2, 3, 0.0), (50, 1, 1, 0.1), (48, 4, 1, 0.3), (30, 5, 2, 0.1), (200, 3, 3, 0.05),
    ):
        difficulty = RANDOM.beta(0.6, 0.2, images)
        groups = [(1, correct(difficulty, first, 0.1, spread)), (-1, correct(difficulty, second, 0, spread))]
        yield contrast(groups, True)
    difficulty = RANDOM.beta(2, 1, 36)
    four = ((1, 0.2), (-1, 0), (-1, 0.1), (1, 0))
    yield contrast([(sign, correct(difficulty, 3, gain, 0.1)) for sign, gain in four], True)
    losses = [numpy.round(RANDOM.gamma(1.5, scale, (3, 25)), 6) for scale in (0.4, 0.6)]
    yield contrast([(1, losses[0]), (-1, losses[1])], False)
    yield contrast([(0.5, losses[0])], False)


def welch(first, second):
    result = scipy.stats.ttest_ind(first, second, equal_var=False)
    parts = [numpy.var(side, ddof=1) / len(side) for side in (first, second)]
    df = welch_df([(part, len(side) - 1, 1 / len(side)) for part, side in zip(parts, (first, second))])
    error = numpy.sqrt(sum(parts))
    p = 2 * scipy.stats.t.sf(abs(result.statistic), df)
    # SciPy's p is the same unless the sides differ in size.
    assert p >= result.pvalue - 1e-12 and (len(first) != len(second) or abs(p - result.pvalue) < 1e-12)
    return {
        "first": first, "second": second, "difference": numpy.mean(first) - numpy.mean(second), "p": p,
        "scipyP": result.pvalue,
        "degreesOfFreedom": df, "halfWidth": scipy.stats.t.ppf(0.975, df) * error,
    }


def draw(count, mean, spread):
    return numpy.round(RANDOM.normal(mean, spread, count), 4).tolist()


def jackknife(pairs, side):
    names = sorted({name for pair in pairs for name in side(pair)})
    left = [numpy.mean([pair[2] for pair in pairs if name not in side(pair)]) for name in names]
    count = len(names)
    return (count - 1) / count * sum((value - numpy.mean(left)) ** 2 for value in left), count - 1, 1 / count


def pair_mean(first, second, image_variance, images):
    """Pairs of runs with numbers; second is None where both are of one group."""
    if second is None:
        pairs = [[f"a{i}", f"a{j}"] for i, j in itertools.combinations(range(first), 2)]
        sides = [lambda pair: pair[:2]]
    else:
        pairs = [[f"a{i}", f"b{j}"] for i in range(first) for j in range(second)]
        sides = [lambda pair: pair[:1], lambda pair: pair[1:2]]
    effect = {f"{side}{i}": RANDOM.normal() for side in "ab" for i in range(max(first, second or 0))}
    pairs = [[a, b, round(3 + effect[a] + effect[b] + 0.3 * RANDOM.normal(), 4)] for a, b in pairs]
    parts = [jackknife(pairs, side) for side in sides]
    spread = sum(part[0] for part in parts)
    spread_df = welch_df(parts)
    total = spread + image_variance
    df = total**2 / (spread**2 / spread_df + (image_variance**2 / (images - 1) if images else 0))
    half = max(
        scipy.stats.t.isf(0.025, df) * numpy.sqrt(total), scipy.stats.t.isf(0.025, spread_df) * numpy.sqrt(spread)
    )
    return {
        "within": second is None, "pairs": pairs, "imageVariance": image_variance, "images": images,
        "mean": numpy.mean([pair[2] for pair in pairs]), "spread": spread, "degreesOfFreedom": df, "halfWidth": half,
    }


def holm(p):
    order = numpy.argsort(p, kind="stable")
    factors = len(p) - numpy.arange(len(p))
    adjusted = numpy.empty(len(p))
    adjusted[order] = numpy.minimum(1, numpy.maximum.accumulate(factors * numpy.array(p)[order]))
    return {"p": p, "adjusted": adjusted.tolist()}


if __name__ == "__main__":
    sections = {
        "contrasts": list(contrasts()),
        "welch": [
            welch(draw(3, 10, 1), draw(5, 11, 3)),
            welch(draw(2, 0, 1), draw(2, 4, 1)),
            welch(draw(4, 3, 2), draw(4, 1, 0.5)),
            welch(draw(2, 3, 0.01), draw(6, 1, 2)),
            welch(draw(10, 5, 2), draw(4, 5, 0.1)),
        ],
        "pairs": [
            pair_mean(3, None, 0.0, 0), pair_mean(5, None, 0.2, 200), pair_mean(3, 4, 0.0, 0), pair_mean(2, 5, 0.1, 50),
        ],
        "quantiles": [
            [tail, df, scipy.stats.t.isf(tail, df)]
            for tail in (0.4, 0.05, 0.025, 0.005, 0.05 / 18, 0.025 / 200)
            for df in (1, 1.3, 2, 4.7, 10, 199, 4999.5, 1e6, 1e9)
        ],
        "holm": [
            holm([0.04, 0.01, 0.03, 0.005]), holm([0.02]),
            holm((RANDOM.random_sample(9) ** 3 / 4).round(5).tolist()),
        ],
    }
    lines = (f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in sections.items())
    print("{\n" + ",\n".join(lines) + "\n}")
