"""Linear CKA of all pairs of modules of two networks from minibatches, pair by pair, as the packages for it do it."""
import argparse
import json
import time

import numpy
import torch
import torch.nn.functional as F

from networks import load, images

parser = argparse.ArgumentParser()
parser.add_argument("first")
parser.add_argument("second")
parser.add_argument("--test", required=True)
parser.add_argument("--batch", type=int, default=128)
args = parser.parse_args()
torch.set_num_threads(2)


def hsic(K, L):
    """The unbiased estimator of Song et al. 2012; the diagonals of K and L are zero."""
    n = len(K)
    ones = torch.ones(n, 1)
    result = torch.trace(K @ L)
    result += ((ones.t() @ K @ ones @ ones.t() @ L @ ones) / ((n - 1) * (n - 2))).item()
    result -= ((ones.t() @ K @ L @ ones) * 2 / (n - 2)).item()
    return (result / (n * (n - 3))).item()


def watched(network):
    """Keeps the output of the stem (after its activation), of every block and of the head."""
    features = {}
    network.bn1.register_forward_hook(lambda _, __, out: features.__setitem__("conv1", F.relu(out)))
    for (name,) in network.parts()[1:]:
        network.get_submodule(name).register_forward_hook(lambda _, __, out, name=name: features.__setitem__(name, out))
    return features


def gram(features):
    # Centred first: in float32 a large common part would drown the rest. It changes no unbiased HSIC.
    X = features.flatten(1)
    X = X - X.mean(0)
    return (X @ X.t()).fill_diagonal_(0)


images, labels = images(args.test)
first, second = load(args.first, 3).eval(), load(args.second, 5).eval()
first_features, second_features = watched(first), watched(second)
begun = time.time()
order = torch.from_numpy(numpy.random.RandomState(0).permutation(len(images)))
parts = max(1, min((len(images) + args.batch - 1) // args.batch, len(images) // 4))
rows, columns = [part[0] for part in first.parts()], [part[0] for part in second.parts()]
sums = numpy.zeros((len(rows), len(columns), 3))
with torch.no_grad():
    for part in range(parts):
        batch = images[order[len(images) * part // parts:len(images) * (part + 1) // parts]]
        first(batch), second(batch)
        for i, row in enumerate(rows):
            K = gram(first_features[row])
            sums[i, :, 0] += hsic(K, K)
            for j, column in enumerate(columns):
                L = gram(second_features[column])
                sums[i, j, 1] += hsic(K, L)
                sums[i, j, 2] += hsic(L, L)
cka = sums[:, :, 1] / numpy.sqrt(sums[:, :, 0] * sums[:, :, 2])
print(json.dumps({"seconds": time.time() - begun, "rows": rows, "columns": columns, "debiased": cka.tolist()}))
