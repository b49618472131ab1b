"""Accuracy with one module at a time back at its initial value: one evaluation for each module."""
import argparse
import json
import time

import torch

from networks import evaluate, load, images

parser = argparse.ArgumentParser()
parser.add_argument("initial")
parser.add_argument("trained")
parser.add_argument("--test", required=True)
args = parser.parse_args()
torch.set_num_threads(2)

images, labels = images(args.test)
network, initial, trained = load(args.trained), load(args.initial).state_dict(), load(args.trained).state_dict()
begun = time.time()
result = {"trained": evaluate(network, images, labels), "modules": []}
for part in network.parts():
    network.load_state_dict({
        name: initial[name] if any(name.startswith(own + ".") for own in part) else value for name, value in trained.items()})
    accuracy, loss = evaluate(network, images, labels)
    result["modules"].append({"name": part[0], "accuracy": accuracy, "loss": loss})
print(json.dumps({"seconds": time.time() - begun, **result}))
