"""Permutes the blocks of the images of a batch, image by image with unfold and fold."""
import argparse
import hashlib
import json
import time

import numpy
import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--block", type=int, required=True)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--repeats", type=int, default=10)
args = parser.parse_args()
torch.set_num_threads(2)

size = 224
permutation = torch.from_numpy(numpy.random.RandomState(1234).permutation((size // args.block) ** 2))


def shuffle(image):
    blocks = F.unfold(image.unsqueeze(0), args.block, stride=args.block)
    return F.fold(blocks[:, :, permutation], (size, size), args.block, stride=args.block).squeeze(0)


# Whole numbers that both sides know: value i of the batch is i modulo 65521.
batch = (torch.arange(args.batch * 3 * size * size) % 65521).float().view(args.batch, 3, size, size)
seconds = []
for _ in range(args.repeats + 1):
    begun = time.perf_counter()
    shuffled = torch.stack([shuffle(image) for image in batch])
    seconds.append(time.perf_counter() - begun)
print(json.dumps({"seconds": float(numpy.median(seconds[1:])), "sha256": hashlib.sha256(shuffled.numpy().tobytes()).hexdigest()}))
