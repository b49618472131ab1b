"""Makes what both sides work on, once: decoded images for the peers, weights a little trained, JPEGs of usual size."""
import argparse
import os

import numpy
import torch
import torchvision
from PIL import Image
from torchvision import datasets, transforms

from networks import load, images, train

parser = argparse.ArgumentParser()
parser.add_argument("work")
parser.add_argument("weights")
parser.add_argument("--folders", nargs="+", required=True, help="folders of class folders that the peers take decoded")
parser.add_argument("--jpegs", type=int, default=1000)
args = parser.parse_args()
torch.set_num_threads(2)


def decode(folder, name, shape):
    data = datasets.ImageFolder(os.path.join(args.work, folder), transforms.Compose([*shape, transforms.PILToTensor()]))
    images = torch.stack([image for image, _ in data])
    torch.save({"images": images, "labels": torch.tensor(data.targets)}, os.path.join(args.work, name + ".pt"))


for folder in args.folders:
    decode(folder, folder.replace("/", "-"), [])

images, labels = images(os.path.join(args.work, "tuning-train.pt"))
torch.manual_seed(0)
network = load(args.weights)
train(network, images, labels, 1, 0.05, 128, seed=0)
torch.save(network.state_dict(), os.path.join(args.work, "tuned.pth"))
torch.save(torchvision.models.resnet18(num_classes=10).state_dict(), os.path.join(args.work, "resnet18.pth"))

# A CIFAR image enlarged has no detail, and its file would be small: fine noise brings it to what cameras leave.
random, test = numpy.random.RandomState(0), datasets.ImageFolder(os.path.join(args.work, "cifar/test"))
for i in range(args.jpegs):
    image, label = test[i * (len(test) // args.jpegs)]
    width, height = [(500, 375), (375, 500), (500, 333), (480, 360)][i % 4]
    pixels = numpy.asarray(image.resize((width, height), Image.BICUBIC), numpy.int16)
    noisy = numpy.clip(pixels + random.normal(0, 9, (height, width, 1)), 0, 255).astype(numpy.uint8)
    folder = os.path.join(args.work, "jpegs", test.classes[label])
    os.makedirs(folder, exist_ok=True)
    Image.fromarray(noisy).save(os.path.join(folder, f"{i:04d}.jpg"), quality=88)
    if i % 2 == 0:
        some = folder.replace("jpegs", "some-jpegs")
        os.makedirs(some, exist_ok=True)
        os.symlink(os.path.join(folder, f"{i:04d}.jpg"), os.path.join(some, f"{i:04d}.jpg"))

# Half of them at the sizes that larger networks take.
decode("some-jpegs", "some-jpegs-224", [transforms.Resize(256), transforms.CenterCrop(224)])
decode("some-jpegs", "some-jpegs-64", [transforms.Resize(64), transforms.CenterCrop(64)])
