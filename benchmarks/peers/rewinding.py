"""Accuracy with one module at a time back at its initial value, as it is and with batch normalization's statistics computed
again: two evaluations and a pass over the images for each module."""
import argparse
import json
import time

import torch

from networks import evaluate, images, load, recalibrate

parser = argparse.ArgumentParser()
parser.add_argument("initial")
parser.add_argument("trained")
parser.add_argument("--test", required=True)
args = parser.parse_args()
torch.set_num_threads(2)

test_images, test_labels = images(args.test)
network, initial, trained = load(args.trained), load(args.initial).state_dict(), load(args.trained).state_dict()


def measure():
    """As it is, then recalibrated."""
    accuracy, loss = evaluate(network, test_images, test_labels)
    recalibrate(network, test_images)
    again, other = evaluate(network, test_images, test_labels)
    return {"accuracy": accuracy, "loss": loss, "recalibrated": {"accuracy": again, "loss": other}}


begun = time.time()
result = {"trained": measure(), "modules": []}
for part in network.parts():
    network.load_state_dict({
        name: initial[name] if any(name.startswith(own + ".") for own in part) else value for name, value in trained.items()})
    result["modules"].append({"name": part[0], **measure()})
print(json.dumps({"seconds": time.time() - begun, **result}))
