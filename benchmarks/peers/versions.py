"""What the peers run on."""
import json
import platform

import PIL
import torch
import torchvision

print(json.dumps({"text": f"Python {platform.python_version()}, PyTorch {torch.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"}))
