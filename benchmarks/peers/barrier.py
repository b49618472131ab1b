"""Accuracy and loss on the straight line between two checkpoints."""
import argparse
import json
import time

import torch

from networks import evaluate, load, images

parser = argparse.ArgumentParser()
parser.add_argument("first")
parser.add_argument("second")
parser.add_argument("--test", required=True)
parser.add_argument("--points", type=int, default=11)
parser.add_argument("--autocast", action="store_true")
args = parser.parse_args()
torch.set_num_threads(2)

test_images, test_labels = images(args.test)
network, first, second = load(args.first), load(args.first).state_dict(), load(args.second).state_dict()
begun, points = time.time(), []
for step in range(args.points):
    share = step / (args.points - 1)
    network.load_state_dict({
        name: (1 - share) * value + share * second[name] if value.is_floating_point() else value for name, value in first.items()})
    accuracy, loss = evaluate(network, test_images, test_labels, autocast=args.autocast)
    points.append({"lambda": share, "accuracy": accuracy, "loss": loss})
print(json.dumps({"seconds": time.time() - begun, "points": points}))
