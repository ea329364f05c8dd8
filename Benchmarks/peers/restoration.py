#!/usr/bin/env python3
"""PyTorch's step that `elixir-gpu bench training restoration` times; see training.py.

    $PEERS_HOME/venv/bin/python Benchmarks/peers/restoration.py restoration torch 20

The four networks of PD-AutoR's cycleGAN on 32×32 color images, batch 64: the generators' step by
adversarial, cycle and content losses, then the discriminators' on the images just made, Adam; as
such trainings are usually written. `torch-cl` has the memory format channels_last. Prints the median
rate as JSON.
"""
import itertools
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
import torch  # noqa: E402  reads the number of threads when it is imported
from torch.nn.functional import l1_loss, softplus  # noqa: E402

from restoration_networks import Discriminator, Generator  # noqa: E402
from timing import report  # noqa: E402

BATCH = 64


def main():
    _, engine, seconds = sys.argv[1:4]
    if engine not in ("torch", "torch-cl"):
        sys.exit(f"{engine}: only torch and torch-cl are measured")
    layout = torch.channels_last if engine == "torch-cl" else torch.contiguous_format
    torch.manual_seed(0)
    g, r = (Generator(32, 32).to(memory_format=layout) for _ in range(2))
    dp, dc = (Discriminator(32, 32).to(memory_format=layout) for _ in range(2))
    discriminators = [*dp.parameters(), *dc.parameters()]
    by_generators = torch.optim.Adam(
        itertools.chain(g.parameters(), r.parameters()), lr=1e-4, betas=(0.5, 0.999))
    by_discriminators = torch.optim.Adam(discriminators, lr=1e-4, betas=(0.5, 0.999))
    clean, poisoned = (
        torch.randn(BATCH, 3, 32, 32).clamp(-1, 1).to(memory_format=layout) for _ in range(2))

    def step():
        for parameter in discriminators:
            parameter.requires_grad_(False)
        by_generators.zero_grad(set_to_none=True)
        fake_poisoned, fake_clean = g(clean), r(poisoned)
        loss = (softplus(-dc(fake_clean)).mean() + softplus(-dp(fake_poisoned)).mean()
                + 10 * (l1_loss(r(fake_poisoned), clean) + l1_loss(g(fake_clean), poisoned))
                + 5 * (l1_loss(fake_poisoned, clean) + l1_loss(fake_clean, poisoned)))
        loss.backward()
        by_generators.step()
        for parameter in discriminators:
            parameter.requires_grad_(True)
        by_discriminators.zero_grad(set_to_none=True)
        loss = sum(
            softplus(-d(real)).mean() + softplus(d(fake.detach())).mean()
            for d, real, fake in ((dc, clean, fake_clean), (dp, poisoned, fake_poisoned)))
        loss.backward()
        by_discriminators.step()
        return loss.item()

    report(step, engine, torch.__version__, BATCH, float(seconds), warm_up=2)


if __name__ == "__main__":
    main()
