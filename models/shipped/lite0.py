"""How efficientnet-lite0.safetensors was made, and what the original says, for tests/parity.rs: the published
parameters as far as the last block, in half precision. Run by hand: lite0.py FROM.pth TO REFERENCE. Needs torch,
safetensors, and the original's code (the Python package efficientnet-lite-pytorch 0.1.0, Apache-2.0)."""

import sys

import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import save_file

source, target, reference = sys.argv[1:]
published = torch.load(source, map_location="cpu", weights_only=True)
kept = {
    name: tensor.half().contiguous()
    for name, tensor in published.items()
    if not name.startswith(("_conv_head", "_bn1", "_fc")) and not name.endswith("num_batches_tracked")
}
save_file(kept, target, {"licence": "Apache-2.0, see LICENSE-efficientnet-lite0"})

net = EfficientNet.from_name("efficientnet-lite0").eval()
net.load_state_dict({**published, **{name: tensor.float() for name, tensor in kept.items()}})
down, across = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 96), indexing="ij")
noise = torch.rand(3, 64, 96, generator=torch.Generator().manual_seed(7)) * 0.3
picture = torch.stack([down + (across > 0.2), across * down, 1.0 * (down < -0.3) - across.abs()]) + noise
picture = picture.clamp(-0.99, 1).half().float()[None]
with torch.no_grad():
    x = net._swish(net._bn0(net._conv_stem(picture)))
    for block in net._blocks:
        x = block(x)
save_file({"input": picture, "out": x}, reference)
