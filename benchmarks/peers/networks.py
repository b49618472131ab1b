"""The CIFAR residual networks of the published weights, and images that were decoded once: what all peer scripts share."""
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.padding = (outputs - inputs) // 2

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.padding:  # option A: every second pixel, zeros for the new channels
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(out + x)


class ResNet(nn.Module):
    """6n + 2 layers, with the names of Y. Idelbayev's pytorch_resnet_cifar10."""

    def __init__(self, blocks, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.stage(16, 16, blocks, 1)
        self.layer2 = self.stage(16, 32, blocks, 2)
        self.layer3 = self.stage(32, 64, blocks, 2)
        self.linear = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight)

    @staticmethod
    def stage(inputs, outputs, blocks, stride):
        return nn.Sequential(*[BasicBlock(outputs if i else inputs, outputs, 1 if i else stride) for i in range(blocks)])

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer3(self.layer2(self.layer1(out)))
        return self.linear(F.avg_pool2d(out, out.shape[3]).flatten(1))

    def parts(self):
        """Names of what belongs together: the stem, each block, the head."""
        blocks = [f"layer{i}.{j}" for i in (1, 2, 3) for j in range(len(getattr(self, f"layer{i}")))]
        return [("conv1", "bn1"), *[(block,) for block in blocks], ("linear",)]


def state(file):
    saved = torch.load(file, map_location="cpu")
    return {name.removeprefix("module."): value for name, value in saved.get("state_dict", saved).items()}


def load(file, blocks=3, classes=10, new_head=False):
    network, weights = ResNet(blocks, classes), state(file)
    network.load_state_dict({k: v for k, v in weights.items() if not (new_head and k.startswith("linear."))}, strict=not new_head)
    return network.to(memory_format=torch.channels_last)


def load_resnet18(file, classes=10, new_head=False):
    network = torchvision.models.resnet18(num_classes=classes)
    weights = torch.load(file, map_location="cpu")
    network.load_state_dict({k: v for k, v in weights.items() if not (new_head and k.startswith("fc."))}, strict=not new_head)
    return network.to(memory_format=torch.channels_last)


def images(file):
    """All images, normalized, and their labels."""
    saved = torch.load(file)
    normalized = saved["images"].float().div_(255).sub_(MEAN).div_(DEVIATION)
    return normalized.contiguous(memory_format=torch.channels_last), saved["labels"]


@torch.no_grad()
def logits(network, images, batch=128, autocast=False):
    network.eval()
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        return torch.cat([network(images[i:i + batch]).float() for i in range(0, len(images), batch)])


def evaluate(network, images, labels, batch=128, autocast=False):
    """Accuracy and mean cross-entropy."""
    out = logits(network, images, batch, autocast)
    return (out.argmax(1) == labels).float().mean().item(), F.cross_entropy(out, labels).item()


@torch.no_grad()
def recalibrate(network, images, batch=128):
    """Running statistics as the mean over batches of these images, in a fixed shuffled order."""
    network.eval()
    layers = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None
        layer.train()
    for chosen in torch.randperm(len(images), generator=torch.Generator().manual_seed(0)).split(batch):
        network(images[chosen])
    for layer, momentum in zip(layers, momenta):
        layer.momentum = momentum
    network.eval()


def train(network, images, labels, epochs, rate, batch, seed, autocast=False, after_epoch=None):
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4)
    for _ in range(epochs):
        network.train()
        for chosen in torch.randperm(len(images)).split(batch):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                out = network(images[chosen])
            F.cross_entropy(out.float(), labels[chosen]).backward()
            optimizer.step()
        if after_epoch:
            after_epoch(network)
