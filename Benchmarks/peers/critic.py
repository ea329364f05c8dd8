#!/usr/bin/env python3
"""PyTorch's step of the critic that `elixir-gpu bench training critic` times; see training.py.

    $PEERS_HOME/venv/bin/python Benchmarks/peers/critic.py critic torch 6

512 features, 512 hidden units, batch 256: the Wasserstein loss with gradient penalty by double
backward, Adam. Prints the median rate as JSON.
"""
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
import torch  # noqa: E402  reads the number of threads when it is imported

from timing import report  # noqa: E402

FEATURES, UNITS, BATCH = 512, 512, 256


def main():
    _, engine, seconds = sys.argv[1:4]
    if engine != "torch":
        sys.exit(f"{engine}: the critic has no images, so only torch is measured")
    torch.manual_seed(0)
    critic = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, UNITS), torch.nn.ReLU(), torch.nn.Linear(UNITS, 1))
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
    purified, reference = torch.randn(BATCH, FEATURES), torch.randn(BATCH, FEATURES)

    def step():
        optimizer.zero_grad(set_to_none=True)
        share = torch.rand(BATCH, 1)
        mixed = (share * purified + (1 - share) * reference).requires_grad_(True)
        slope, = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        loss = (critic(reference).mean() - critic(purified).mean()
                + 10 * ((slope.norm(2, 1) - 1) ** 2).mean())
        loss.backward()
        optimizer.step()
        return loss.item()

    report(step, engine, torch.__version__, BATCH, float(seconds), warm_up=5)


if __name__ == "__main__":
    main()
