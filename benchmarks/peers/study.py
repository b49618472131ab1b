"""A whole comparison of P-T and RI-T in one script: training runs, barriers, CKA, distances, mistakes, rewinding."""
import argparse
import itertools
import json
import time

import numpy
import torch
import torch.nn as nn

from networks import ResNet, evaluate, load, logits, images, state, train

parser = argparse.ArgumentParser()
parser.add_argument("--weights", required=True)
parser.add_argument("--train", required=True)
parser.add_argument("--test", required=True)
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--points", type=int, required=True)
parser.add_argument("--recalibration", type=int, required=True)
parser.add_argument("--examples", type=int, required=True)
args = parser.parse_args()
torch.set_num_threads(2)
CLASSES = 7


def fresh():
    return ResNet(3, CLASSES).to(memory_format=torch.channels_last)


def make(run, seed):
    torch.manual_seed(seed)
    return load(args.weights, classes=CLASSES, new_head=True) if run == "P-T" else fresh()


def recalibrate(network):
    """Recomputed running statistics, as a cumulative average over training images."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
            layer.momentum = None
    network.train()
    with torch.no_grad():
        for chosen in some.split(128):
            network(train_images[chosen])


def barrier(first, second):
    network, curves = fresh(), {"raw": [], "recalibrated": []}
    for share in numpy.linspace(0, 1, args.points):
        network.load_state_dict({
            k: (1 - share) * v + share * second[k] if v.is_floating_point() else v for k, v in first.items()})
        curves["raw"].append(evaluate(network, test_images, test_labels))
        recalibrate(network)
        curves["recalibrated"].append(evaluate(network, test_images, test_labels))
    return curves


def features(network, batch):
    with torch.no_grad():
        network.eval()
        out = [torch.relu(network.bn1(network.conv1(batch)))]
        for block in [*network.layer1, *network.layer2, *network.layer3]:
            out.append(block(out[-1]))
        return [*[x.flatten(1) for x in out], network(batch)]


def cka(X, Y):
    """Debiased and biased linear CKA from the Gram matrices over all examples."""
    def gram(Z):
        Z = Z - Z.mean(0)
        return Z @ Z.t()

    def unbiased(K, L):
        n, K, L = len(K), K.clone().fill_diagonal_(0), L.clone().fill_diagonal_(0)
        return (K * L).sum() + K.sum() * L.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (K.sum(0) @ L.sum(0))

    K, L = gram(X).double(), gram(Y).double()
    return [(h(K, L) / (h(K, K) * h(L, L)).sqrt()).item() for h in (unbiased, lambda K, L: (K * L).sum())]


def distance(first, second):
    """Over parameters; the head left out where its shape differs."""
    names = [name for name, value in ResNet(3, CLASSES).named_parameters() if first[name].shape == second[name].shape]
    return sum((first[name] - second[name]).square().sum().item() for name in names if not (second is source and name.startswith("linear."))) ** 0.5


def mistakes(first, second):
    a, b = first != test_labels, second != test_labels
    return {"common": (a & b).sum().item(), "only_first": (a & ~b).sum().item(), "only_second": (~a & b).sum().item(),
            "both_correct": (~a & ~b).sum().item(), "same_wrong": (a & b & (first == second)).sum().item()}


def rewinding(network, initial, trained):
    found = {}
    for part in network.parts():
        network.load_state_dict({k: initial[k] if any(k.startswith(own + ".") for own in part) else v for k, v in trained.items()})
        found[part[0]] = evaluate(network, test_images, test_labels)[0]
    network.load_state_dict(trained)
    return found


def copied(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


train_images, train_labels = images(args.train)
test_images, test_labels = images(args.test)
some = torch.from_numpy(numpy.random.RandomState(0).permutation(len(train_images))[:args.recalibration])
source, begun, runs = state(args.weights), time.time(), {}
for run, rate, seed in [("P-T", 0.02, 1), ("P-T", 0.02, 2), ("RI-T", 0.05, 1), ("RI-T", 0.05, 2)]:
    network = make(run, seed)
    initial = copied(network)
    train(network, train_images, train_labels, args.epochs, rate, 64, seed, after_epoch=lambda trained: evaluate(trained, test_images, test_labels))
    runs[f"{run} s{seed}"] = (network, initial, copied(network))

P = load(args.weights)
accuracies = {name: evaluate(network, test_images, test_labels)[0] for name, (network, _, _) in runs.items()}
answers = {name: logits(network, test_images).argmax(1) for name, (network, _, _) in runs.items()}
examples = torch.cat([torch.nonzero(test_labels == c).flatten()[:args.examples // CLASSES + 1] for c in range(CLASSES)])[:args.examples]
outputs = {name: features(network, test_images[examples]) for name, network in [*[(n, r[0]) for n, r in runs.items()], ("P", P)]}
pairs = list(itertools.combinations(runs, 2))
result = {
    "accuracies": accuracies,
    "mistakes": {f"{a} & {b}": mistakes(answers[a], answers[b]) for a, b in pairs},
    "similarity": {f"{a} & {b}": [cka(X, Y) for X, Y in zip(outputs[a], outputs[b])] for a, b in [*pairs, *[(a, "P") for a in runs]]},
    "distances": {f"{a} & {b}": distance(runs[a][2], runs[b][2]) for a, b in pairs},
    "rewinding": {name: rewinding(*run) for name, run in runs.items()},
    "barriers": {f"{a} & {b}": barrier(runs[a][2], runs[b][2]) for a, b in pairs},
}
result["distances"].update({f"{a} & P": distance(runs[a][2], source) for a in runs})
print(json.dumps({"seconds": time.time() - begun, **result}))
