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


def weighted(name, network):
    network = network.double()
    for path, tensor in network.named_parameters():
        path = name + "." + path
        u = v(tensor.numel(), len(path)).reshape(tensor.shape)
        is_scale = "norm" in path and path.endswith(".weight")
        tensor.data = (1 + 0.4 * u if is_scale else 0.6 * u).float().double()
    return network


def slopes(name, network):
    return {
        name + "." + path: (t.grad.flatten() * v(t.numel(), 3)).sum().reshape(1)
        for path, t in network.named_parameters()}


def write(name, tensors):
    save_file({k: t.detach().float().contiguous() for k, t in tensors.items()},
              HERE / (name + ".safetensors"))


def fixture(name, network):
    weighted(name, network)
    images = (2 * v(2 * 20 * 28 * 3, 1)).reshape(2, 20, 28, 3).float().double().requires_grad_()
    output = network(images.permute(0, 3, 1, 2))
    if output.dim() == 4:
        output = output.permute(0, 2, 3, 1)
    (output * v(output.numel(), 2).reshape(output.shape)).sum().backward()
    write(name, {"output": output, "gradient": images.grad, **slopes(name, network)})


def step():
    """Losses and gradients of all four networks, images 16x32 of one channel, identity weight 2."""
    sizes = dict(height=16, width=32, image=1)
    g, r = (weighted(name, Generator(channels=(4, 8, 16), **sizes))
            for name in ("poisoner", "restorer"))
    dp, dc = (weighted(name, Discriminator(granularities=((4, 12, 2), (8, 12, 2), (16, 24, 2)),
                                           **sizes))
              for name in ("poisoned_discriminator", "clean_discriminator"))
    clean, poisoned = (
        (2 * v(3 * 16 * 32, salt)).reshape(3, 1, 16, 32).float().double() for salt in (1, 2))
    softplus = torch.nn.functional.softplus
    fake_poisoned, fake_clean = g(clean), r(poisoned)
    restoring, poisoning = softplus(-dc(fake_clean)).mean(), softplus(-dp(fake_poisoned)).mean()
    cycle = (r(fake_poisoned) - clean).abs().mean() + (g(fake_clean) - poisoned).abs().mean()
    content = (fake_poisoned - clean).abs().mean() + (fake_clean - poisoned).abs().mean()
    identity = (r(clean) - clean).abs().mean()
    (restoring + poisoning + 10 * cycle + 5 * content + 2 * identity).backward()
    dc.zero_grad()
    dp.zero_grad()
    on_clean = softplus(-dc(clean)).mean() + softplus(dc(fake_clean.detach())).mean()
    on_poisoned = softplus(-dp(poisoned)).mean() + softplus(dp(fake_poisoned.detach())).mean()
    (on_clean + on_poisoned).backward()
    losses = torch.stack([restoring, poisoning, cycle, content, identity, on_clean, on_poisoned])
    write("step", {
        "losses": losses, **slopes("poisoner", g), **slopes("restorer", r),
        **slopes("poisoned_discriminator", dp), **slopes("clean_discriminator", dc)})


step()
fixture("vit", Generator(20, 28, channels=(4, 8, 8), blocks=2, heads=2))
fixture("plain", Generator(20, 28, channels=(4, 8, 8), blocks=0))
fixture("multi", Discriminator(20, 28, granularities=((1, 8, 1), (2, 8, 1), (4, 16, 2)), heads=2))
fixture("single", Discriminator(20, 28, granularities=((4, 8, 2),), heads=2))
