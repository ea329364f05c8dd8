#!/usr/bin/env python3
"""PyTorch on what `elixir-gpu bench` measured: convolutions, matrix products, and steps of networks.

    torch_peer.py --precision fp32|tf32|bf16 --device cuda|cpu --operations FILE --denoiser CONFIG --unet CONFIG

FILE is the JSON of `bench operations`. fp32 allows no TF32; tf32 does, bf16 is autocast. Prints JSON with
median milliseconds by operation, and images or samples a second by network. The U-Nets are diffusers'.
"""
import argparse, json, math, re, statistics, time
import torch
from torch import nn
from torch.nn import functional

DEVICE = None


def milliseconds(body, seconds, least=5):
    """The median time of one call, after three to warm up."""
    def wait():
        if DEVICE == "cuda":
            torch.cuda.synchronize()

    for _ in range(3):
        body()
    wait()
    times, begin = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        body()
        wait()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def operation(entry, batch):
    """A function that does what an operation of `bench operations` does; None for other kinds."""
    convolution = re.match(
        r"(convolution|input gradient|weight gradient) (\d)×\d (?:stride (\d) )?(\d+)→(\d+), ", entry["name"])
    if convolution:
        kind, kernel, stride, inputs, outputs = convolution.groups()
        kernel, stride, inputs, outputs = int(kernel), int(stride or 1), int(inputs), int(outputs)
        side = math.isqrt(round(entry["flops"] / (2 * kernel**2 * inputs * outputs * batch)))
        x = torch.randn(batch, inputs, side * stride, side * stride, device=DEVICE)
        x = x.to(memory_format=torch.channels_last)
        w = torch.randn(outputs, inputs, kernel, kernel, device=DEVICE).to(memory_format=torch.channels_last)
        padding = kernel // 2
        if kind == "convolution":
            return lambda: functional.conv2d(x, w, stride=stride, padding=padding)
        g = torch.randn(batch, outputs, side, side, device=DEVICE).to(memory_format=torch.channels_last)
        if torch.is_autocast_enabled(DEVICE):
            x, w, g = x.bfloat16(), w.bfloat16(), g.bfloat16()
        which = [kind == "input gradient", kind == "weight gradient", False]
        return lambda: torch.ops.aten.convolution_backward(
            g, x, w, [0], [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, which)
    product = re.match(r"matrix product (\d+)×(\d+)×(\d+)", entry["name"])
    if product:
        m, n, k = map(int, product.groups())
        a, b = torch.randn(m, k, device=DEVICE), torch.randn(k, n, device=DEVICE)
        return lambda: a @ b
    return None


class Block(nn.Module):
    """He et al. 2016: two 3×3 convolutions after their normalization and ReLU."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.second = nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)
        self.a = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        same = stride == 1 and inputs == outputs
        self.shortcut = None if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        y = functional.relu(self.first(x))
        return self.b(functional.relu(self.second(self.a(y)))) + (self.shortcut(y) if self.shortcut else x)


def preact_resnet18():
    blocks, inputs = [nn.Conv2d(3, 64, 3, 1, 1, bias=False)], 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        blocks += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*blocks, nn.BatchNorm2d(512), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(512, 10))


def training_step(model, inputs, loss):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(*inputs)).backward()
        optimizer.step()

    return step


def images(count):
    return torch.randn(count, 3, 32, 32, device=DEVICE).to(memory_format=torch.channels_last)


def unet(path):
    from diffusers import UNet2DModel
    return UNet2DModel.from_config(json.load(open(path))).to(DEVICE).to(memory_format=torch.channels_last)


def main():
    global DEVICE
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], required=True)
    parser.add_argument("--device", default="cuda")
    for name in ["operations", "denoiser", "unet"]:
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    DEVICE = options.device
    gpu = DEVICE == "cuda"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.benchmark = True
    measured = json.load(open(options.operations))
    seconds = 0.02 if gpu else 0.001
    result = {"version": torch.__version__, "milliseconds": {}, "rates": {}}
    result["device"] = torch.cuda.get_device_name() if gpu else "cpu"
    with torch.autocast(DEVICE, torch.bfloat16, enabled=options.precision == "bf16"):
        for entry in measured["operations"]:
            body = operation(entry, measured["batch"])
            if body:
                result["milliseconds"][entry["name"]] = milliseconds(body, seconds, least=5 if gpu else 1)
        labels = torch.arange(256 if gpu else 4, device=DEVICE) % 10
        step = training_step(
            preact_resnet18().to(DEVICE).to(memory_format=torch.channels_last), [images(len(labels))],
            lambda y: functional.cross_entropy(y.float(), labels))
        result["rates"]["training preact_resnet18"] = 1e3 * len(labels) / milliseconds(step, 1.5 if gpu else 0.1)
        try:
            networks(result["rates"], options, gpu)
        except ImportError as error:
            result["withoutUNets"] = str(error)
    print(json.dumps(result))


def networks(rates, options, gpu):
    denoiser = unet(options.denoiser).eval()
    for batch in [1, 32, 256] if gpu else [1]:
        x, steps = images(batch), torch.full((batch,), 149, device=DEVICE)
        with torch.no_grad():
            rates[f"denoiser, batch {batch}"] = 1e3 * batch / milliseconds(
                lambda: denoiser(x, steps, return_dict=False), 1.5 if gpu else 0.1)
    batch = 256 if gpu else 4
    step = training_step(
        unet(options.unet), [images(batch), torch.arange(batch, device=DEVICE)],
        lambda y: y.sample.float().square().mean())
    rates["training unet-64-128-128"] = 1e3 * batch / milliseconds(step, 1.5 if gpu else 0.1)


if __name__ == "__main__":
    main()
