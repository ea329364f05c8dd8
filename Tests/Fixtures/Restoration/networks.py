#!/usr/bin/env python3
"""Writes the fixtures of RestorationTests: PyTorch's outputs and gradients, in double precision.

    python3 Tests/Fixtures/Restoration/networks.py

Weights are those of FormulaWeights. For each network there is its output, the gradient of
sum(output * v) by the images, and for each weight the slope of that sum along v, v by the formula.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[2] / "Benchmarks/peers"))
from restoration_networks import Discriminator, Generator  # noqa: E402


def v(count, salt):
    i = torch.arange(count, dtype=torch.int64)
    return ((i * 7919 + salt * 104729) % 1009).double() / 1009 - 0.5


def fixture(name, network):
    network = network.double()
    for path, tensor in network.named_parameters():
        path = name + "." + path
        u = v(tensor.numel(), len(path)).reshape(tensor.shape)
        is_scale = "norm" in path and path.endswith(".weight")
        tensor.data = (1 + 0.4 * u if is_scale else 0.6 * u).float().double()
    images = (2 * v(2 * 20 * 28 * 3, 1)).reshape(2, 20, 28, 3).float().double().requires_grad_()
    output = network(images.permute(0, 3, 1, 2))
    if output.dim() == 4:
        output = output.permute(0, 2, 3, 1)
    (output * v(output.numel(), 2).reshape(output.shape)).sum().backward()
    slopes = {
        name + "." + path: (t.grad.flatten() * v(t.numel(), 3)).sum().reshape(1)
        for path, t in network.named_parameters()}
    tensors = {"output": output, "gradient": images.grad, **slopes}
    save_file({k: t.detach().float().contiguous() for k, t in tensors.items()},
              HERE / (name + ".safetensors"))


fixture("vit", Generator(20, 28, channels=(4, 8, 8), blocks=2, heads=2))
fixture("plain", Generator(20, 28, channels=(4, 8, 8), blocks=0))
fixture("multi", Discriminator(20, 28, granularities=((1, 8, 1), (2, 8, 1), (4, 16, 2)), heads=2))
fixture("single", Discriminator(20, 28, granularities=((4, 8, 2),), heads=2))
