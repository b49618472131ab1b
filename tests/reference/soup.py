#!/usr/bin/env python3
"""The average of three solutions, raw and recalibrated, their ensemble, and a greedy soup, for ModelSoupTests.cs.

    python3 tests/reference/soup.py > tests/TransferLens.Analyses.Tests/Fixtures/soup.json

Needs PyTorch (made with 1.13). Network, images and recalibration are those of `barrier.py`. The members have its first
weights, these with convolutions times 0.9, and these with a quarter of the reversed ones mixed in. Intervals are quantiles over 1,000 resamples
that `numpy.random.RandomState(0).randint` draws, the same for all models. The greedy soup may also take the reversed
weights; the images choose, as if they were validation images.
"""
import json

import numpy
import torch
from torch.nn import functional

from barrier import COUNT, ResNet8, images, recalibrate
from networks import fill


def members(first):
    scaled = {name: tensor * 0.9 if tensor.dim() == 4 else tensor for name, tensor in first.items()}
    mixed = {
        name: 0.75 * tensor + 0.25 * tensor.flatten().flip(0).view(tensor.shape) if tensor.is_floating_point() else tensor
        for name, tensor in first.items()
    }
    return [first, scaled, mixed]


def evaluate(network, state, x):
    network.load_state_dict(state)
    return network.eval()(x).double()


def interval(values):
    random = numpy.random.RandomState(0)
    means = [values[random.randint(0, COUNT, COUNT)].mean() for _ in range(1000)]
    low, high = numpy.quantile(means, [0.025, 0.975])
    return {"value": values.mean(), "low": low, "high": high}


def mean_of(states):
    return {
        name: sum(state[name].double() for state in states).div(len(states)).to(tensor.dtype)
        if tensor.is_floating_point() else tensor
        for name, tensor in states[0].items()
    }


def accuracy(network, state, x, labels, recalibrates, margins):
    network.load_state_dict(state)
    if recalibrates:
        recalibrate(network, x)
    logits = network.eval()(x)
    top = logits.topk(2).values
    margins.append((top[:, 0] - top[:, 1]).min().item())
    return (logits.argmax(1) == labels).double().mean().item()


def greedy(network, solutions, x, labels):
    margins = []
    own = [accuracy(network, state, x, labels, False, margins) for state in solutions]
    order = sorted(range(len(solutions)), key=lambda i: -own[i])
    added, best, steps = [order[0]], own[order[0]], []
    for i in order[1:]:
        soup = mean_of([solutions[j] for j in added])
        line = []
        for position in (0, 0.25, 0.5, 0.75, 1):
            point = {
                name: (1 - position) * soup[name] + position * solutions[i][name] if soup[name].is_floating_point() else soup[name]
                for name in soup
            }
            line.append((position, accuracy(network, point, x, labels, True, margins)))
        barrier = max(line[0][1] + p * (line[-1][1] - line[0][1]) - found for p, found in line)
        score = accuracy(network, mean_of([solutions[j] for j in added + [i]]), x, labels, True, margins)
        steps.append({"member": i, "own": own[i], "soup": score, "added": score >= best, "barrier": barrier})
        if score >= best:
            added.append(i)
            best = score
    return {"own": own, "first": order[0], "steps": steps, "members": added, "validation": best, "margin": min(margins)}


def main():
    torch.set_grad_enabled(False)
    network = fill(ResNet8())
    x = images()
    # As a training leaves them: with the statistics of the images.
    recalibrate(network, x)
    first = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    solutions = members(first)
    labels = network.eval()(x).argmax(1)
    labels[::4] = (labels[::4] + 1) % 4  # some mistakes for everyone
    logits = [evaluate(network, state, x) for state in solutions]
    average = {
        name: sum(state[name].double() for state in solutions).div(3).to(tensor.dtype) if tensor.is_floating_point() else tensor
        for name, tensor in first.items()
    }
    raw = evaluate(network, average, x)
    network.load_state_dict(average)
    recalibrate(network, x)
    recalibrated = network.eval()(x).double()
    right = [(each.argmax(1) == labels).double().numpy() for each in logits]
    mean, best = sum(right) / 3, max(right, key=lambda each: each.mean())
    together = sum(each.softmax(1) for each in logits) / 3
    found = {
        "labels": labels.tolist(),
        "members": [{"accuracy": interval(hit), "loss": functional.cross_entropy(each, labels).item()} for hit, each in zip(right, logits)],
        "mean": interval(mean),
    }
    for name, probabilities in ("raw", raw.softmax(1)), ("recalibrated", recalibrated.softmax(1)), ("ensemble", together):
        hit = (probabilities.argmax(1) == labels).double().numpy()
        top = probabilities.topk(2).values
        found[name] = {
            "accuracy": interval(hit), "loss": functional.nll_loss(probabilities.log(), labels).item(),
            "gain_over_mean": interval(hit - mean), "gain_over_best": interval(hit - best),
            # How far the nearest image is from being classified otherwise: an accuracy is only as safe as this.
            "margin": (top[:, 0] - top[:, 1]).min().item(),
        }
    found["weights"] = {name: average[name].double().norm().item() for name in ("conv1.weight", "layer2.0.bn1.running_var", "linear.bias")}
    reverse = {name: tensor.flatten().flip(0).view(tensor.shape) if tensor.is_floating_point() else tensor for name, tensor in first.items()}
    found["greedy"] = greedy(network, solutions + [reverse], x, labels)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
