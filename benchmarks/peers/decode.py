"""Two passes over a folder of JPEGs: decode, resize to 256, cut 224 from the centre; uint8 batches from two workers."""
import argparse
import json
import time

import torch
from torchvision import datasets, transforms

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--check", required=True, help="file that the images of the first pass are written into, after time was taken")
args = parser.parse_args()
torch.set_num_threads(2)

# uint8 is the kinder choice: a quarter of what goes from the workers to this process as float32.
data = datasets.ImageFolder(args.folder, transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.PILToTensor()]))
loader = torch.utils.data.DataLoader(data, batch_size=128, num_workers=2, persistent_workers=True)
first = [images for images, _ in loader]
at = time.time()
for images, _ in loader:
    pass
second = time.time() - at
torch.cat(first).numpy().tofile(args.check)
print(json.dumps({"at": at, "second": second}))
