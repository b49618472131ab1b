"""The estimator of docs/statistics.md in plain Python: nothing but the standard library."""
import base64
import math
import struct


def values(encoded):
    """One number per image of an entry of perImage."""
    if "bits" in encoded:
        data = base64.b64decode(encoded["bits"])
        return [data[i // 8] >> (i % 8) & 1 for i in range(encoded["images"])]
    data = base64.b64decode(encoded["values"])
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def mean(numbers):
    numbers = list(numbers)
    return math.fsum(numbers) / len(numbers)


def variance(numbers):
    centre = mean(numbers)
    return math.fsum((x - centre) ** 2 for x in numbers) / (len(numbers) - 1)


def beta_fraction(a, b, x):
    """Continued fraction of the incomplete beta function (Lentz)."""
    c, d, tiny = 1.0, 1 - (a + b) * x / (a + 1), 1e-300
    d = 1 / (d or tiny)
    total = d
    for m in range(1, 10000):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + numerator * d or tiny)
            c = 1 + numerator / c or tiny
            total *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return total


def incomplete_beta(a, b, x):
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * beta_fraction(a, b, x) / a if x < (a + 1) / (a + b + 2) else 1 - front * beta_fraction(b, a, 1 - x) / b


def above(t, df):
    """P(T > t) of Student's t."""
    tail = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t * t))
    return tail if t >= 0 else 1 - tail


def quantile(share_above, df):
    low, high = 0.0, 1.0
    while above(high, df) > share_above:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if above(middle, df) > share_above else (low, middle)
    return (low + high) / 2


def contrast(groups):
    """Value and 95 % interval of sum c_k mean_k; groups: (c_k, [values per image of each seed])."""
    images = len(groups[0][1][0])
    summed = [0.0] * images
    parts, within = [], 0.0
    for weight, seeds in groups:
        n = len(seeds)
        averaged = [mean(column) for column in zip(*seeds)]
        summed = [x + weight * y for x, y in zip(summed, averaged)]
        if n > 1:
            parts.append((weight ** 2 * variance([mean(seed) for seed in seeds]) / n, n - 1))
            of_seeds = mean(variance(seed) / images for seed in seeds)
            within += weight ** 2 * max(0.0, (of_seeds - variance(averaged) / images) / (n - 1))
    of_images = variance(summed) / images
    spread = sum(part for part, _ in parts)
    net = max(0.0, spread - within)
    squares = sum(part ** 2 / df for part, df in parts)
    total = of_images + net
    value = mean(summed)
    half = 0.0
    if total > 0:
        df = total ** 2 / (of_images ** 2 / (images - 1) + (squares if net > 0 else 0))
        half = quantile(0.025, max(1, df)) * math.sqrt(total)
    if squares > 0:
        half = max(half, quantile(0.025, spread ** 2 / squares) * math.sqrt(spread))
    return value, value - half, value + half
