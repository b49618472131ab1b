"""Fine-tunes published weights with a new head, one seed after the other; test accuracy after every epoch."""
import argparse
import json
import time

import torch

from networks import evaluate, images, load, load_resnet18, train

parser = argparse.ArgumentParser()
parser.add_argument("--weights", required=True)
parser.add_argument("--train", required=True)
parser.add_argument("--test", required=True)
parser.add_argument("--seeds", type=int, nargs="+", required=True)
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--rate", type=float, default=0.01)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--resnet18", action="store_true")
parser.add_argument("--autocast", action="store_true")
args = parser.parse_args()
torch.set_num_threads(args.threads)

train_images, train_labels = images(args.train)
test_images, test_labels = images(args.test)
begun, accuracies = time.time(), []
for seed in args.seeds:
    torch.manual_seed(seed)
    network, curve = (load_resnet18 if args.resnet18 else load)(args.weights, new_head=True), []
    train(network, train_images, train_labels, args.epochs, args.rate, args.batch, seed, args.autocast,
          lambda trained: curve.append(evaluate(trained, test_images, test_labels, autocast=args.autocast)[0]))
    accuracies.append(curve[-1])
print(json.dumps({"seconds": time.time() - begun, "accuracies": accuracies}))
