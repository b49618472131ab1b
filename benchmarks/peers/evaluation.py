"""Accuracy and loss of an ImageNet residual network on images that were decoded once."""
import argparse
import json

import torch

from networks import evaluate, images, load_resnet18

parser = argparse.ArgumentParser()
parser.add_argument("weights")
parser.add_argument("--test", required=True)
parser.add_argument("--batch", type=int, default=128)
args = parser.parse_args()
torch.set_num_threads(2)

accuracy, loss = evaluate(load_resnet18(args.weights), *images(args.test), batch=args.batch)
print(json.dumps({"accuracy": accuracy, "loss": loss}))
