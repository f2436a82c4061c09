"""Peer of the diffusion: diffusers on PyTorch, SDXL at full size, one part after another.

    diffusion.py --configs FOLDER --device cuda --dtype bf16 --px 1024
    diffusion.py --configs FOLDER --device cpu --dtype f32 --px 512 --threads 2 --only unet

Weights are random: what they are changes no time. FOLDER has the config.json of each network, as
the SDXL repository lays them out, and that of a ControlNet beside it. Prints one line of JSON:
seconds are medians after a warm-up, of the networks alone.
"""

import argparse
import gc
import json
import math
import platform
import resource
import statistics
import sys
import time
from pathlib import Path

PARTS = ("text", "vae", "unet", "controlnet", "matmul")
PARSER = argparse.ArgumentParser()
PARSER.add_argument("--configs", type=Path)
PARSER.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
PARSER.add_argument("--dtype", choices=("f32", "f16", "bf16"), default="f32")
PARSER.add_argument("--px", type=int, default=1024, help="the side of the picture")
PARSER.add_argument("--threads", type=int, default=1)
PARSER.add_argument("--runs", type=int, help="5 on a card, else 3")
PARSER.add_argument("--channels-last", action="store_true")
PARSER.add_argument("--only", choices=PARTS, action="append", help="may be said more than once")
PARSER.add_argument("--probe", action="store_true", help="only whether the modules are here")
ARGUMENTS = PARSER.parse_args()

try:
    import diffusers
    import torch
    import transformers
    from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
except ImportError as missing:
    print(f"MISSING {missing.name}: pip install torch diffusers transformers accelerate")
    sys.exit(3)

DEVICE = torch.device(ARGUMENTS.device)
DTYPE = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}[ARGUMENTS.dtype]
ON_CARD = ARGUMENTS.device == "cuda"
RUNS = ARGUMENTS.runs or (5 if ON_CARD else 3)
TOKENS = 77


# --- networks ---------------------------------------------------------------------------------------


def config(*folders):
    """The first of these that is in the folder of configs."""
    for folder in folders:
        file = ARGUMENTS.configs / folder / "config.json"
        if file.exists():
            return json.loads(file.read_text())
    sys.exit(f"no {' or '.join(folders)} in {ARGUMENTS.configs}")


def sdxl(part):
    return config(f"stable-diffusion-xl-base-1.0/{part}", part)


def untouched(tensor, *_, **__):
    return tensor


def make(build):
    """A network on the device from the start, its weights drawn there and once."""
    for name in ("kaiming_uniform_", "uniform_", "normal_", "xavier_uniform_", "trunc_normal_"):
        setattr(torch.nn.init, name, untouched)
    torch.set_default_dtype(DTYPE)
    with torch.device(DEVICE):
        network = build()
    torch.set_default_dtype(torch.float32)
    network = network.eval().requires_grad_(False)
    draw(network)
    if ARGUMENTS.channels_last:
        network = network.to(memory_format=torch.channels_last)
    return network


def draw(network):
    """Variances stay as they are from layer to layer, so that nothing overflows in half precision."""
    for parameter in network.parameters():
        if parameter.dim() > 1:
            parameter.normal_(0.0, 1.0 / math.sqrt(parameter[0].numel()))
    for module in network.modules():
        if isinstance(module, (torch.nn.GroupNorm, torch.nn.LayerNorm)):
            module.weight.fill_(1.0)
        if getattr(module, "bias", None) is not None:
            module.bias.zero_()


def noise(*shape):
    tensor = torch.randn(shape, device=DEVICE, dtype=DTYPE)
    return tensor.to(memory_format=torch.channels_last) if ARGUMENTS.channels_last and len(shape) == 4 else tensor


def forget():
    gc.collect()
    if ON_CARD:
        torch.cuda.empty_cache()


# --- measuring --------------------------------------------------------------------------------------


def wait():
    if ON_CARD:
        torch.cuda.synchronize()


def median(work):
    """Seconds. The warm-up compiles, chooses algorithms and takes memory."""
    for _ in range(3 if ON_CARD else 1):
        result = work()
    wait()
    assert torch.isfinite(result).all(), "not a number came out"
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        wait()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def peak_bytes():
    if ON_CARD:
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- parts ------------------------------------------------------------------------------------------


def text():
    ids = torch.arange(TOKENS, device=DEVICE)[None] % 500
    clip = transformers.CLIPTextConfig(**sdxl("text_encoder"))
    large = transformers.CLIPTextConfig(**sdxl("text_encoder_2"))
    one = make(lambda: transformers.CLIPTextModel(clip))
    two = make(lambda: transformers.CLIPTextModelWithProjection(large))

    def encode():
        states = [each(ids, output_hidden_states=True).hidden_states[-2] for each in (one, two)]
        return torch.cat(states, dim=-1)

    return {"text_encoders": median(encode)}


def vae():
    network = make(lambda: AutoencoderKL.from_config(sdxl("vae")))
    picture = noise(1, 3, ARGUMENTS.px, ARGUMENTS.px)
    latents = noise(1, network.config.latent_channels, ARGUMENTS.px // 8, ARGUMENTS.px // 8)
    return {
        "vae_encode": median(lambda: network.encode(picture).latent_dist.mode()),
        "vae_decode": median(lambda: network.decode(latents).sample),
    }


def conditions(settings, batch):
    """What UNet and ControlNet are told: the words, and the picture's size."""
    side = ARGUMENTS.px
    pooled = settings.projection_class_embeddings_input_dim - 6 * settings.addition_time_embed_dim
    sizes = torch.tensor([[side, side, 0, 0, side, side]] * batch, device=DEVICE, dtype=DTYPE)
    return {
        "encoder_hidden_states": noise(batch, TOKENS, settings.cross_attention_dim),
        "added_cond_kwargs": {"text_embeds": noise(batch, pooled), "time_ids": sizes},
    }


def latents(settings, batch):
    return noise(batch, settings.in_channels, ARGUMENTS.px // 8, ARGUMENTS.px // 8)


def unet():
    network = make(lambda: UNet2DConditionModel.from_config(sdxl("unet")))
    seconds = {}
    for name, batch in (("unet", 1), ("unet_batch_4", 4)) if ON_CARD else (("unet", 1),):
        x, told = latents(network.config, batch), conditions(network.config, batch)
        seconds[name] = median(lambda: network(x, 249, **told).sample)
    return seconds


def controlnet():
    settings = config("controlnet-sdxl", "controlnet_canny")
    network = make(lambda: ControlNetModel.from_config(settings))
    x, told = latents(network.config, 1), conditions(network.config, 1)
    picture = noise(1, 3, ARGUMENTS.px, ARGUMENTS.px)
    run = lambda: network(x, 249, controlnet_cond=picture, **told).mid_block_res_sample
    return {"controlnet": median(run)}


def matmul_tflops():
    side = 8192 if ON_CARD else 2048
    a, b = noise(side, side) / math.sqrt(side), noise(side, side)
    return 2 * side**3 / median(lambda: a @ b) / 1e12


def versions():
    found = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
    }
    if ON_CARD:
        found["cuda"] = torch.version.cuda
        found["cudnn"] = torch.backends.cudnn.version()
        found["card"] = torch.cuda.get_device_name()
    return found


def main():
    if ARGUMENTS.probe:
        return
    if ARGUMENTS.configs is None:
        PARSER.error("--configs is needed")
    torch.set_num_threads(ARGUMENTS.threads)
    # Shapes never change here: the fastest algorithm for each is worth looking for.
    torch.backends.cudnn.benchmark = True
    wanted = ARGUMENTS.only or PARTS
    seconds, rate = {}, None
    with torch.inference_mode():
        for name, part in (("text", text), ("vae", vae), ("unet", unet), ("controlnet", controlnet)):
            if name in wanted:
                seconds |= part()
                forget()
        if "matmul" in wanted:
            rate = matmul_tflops()
    document = {
        "device": ARGUMENTS.device,
        "dtype": ARGUMENTS.dtype,
        "px": ARGUMENTS.px,
        "seconds": seconds,
        "matmul_tflops": rate,
        "peak_memory_bytes": peak_bytes(),
        "versions": versions(),
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main()
