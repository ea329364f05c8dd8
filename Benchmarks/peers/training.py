#!/usr/bin/env python3
"""Training steps, elixir-gpu beside PyTorch: a small U-Net, PreActResNet-18, a critic, PD-AutoR.

    python3 Benchmarks/peers/training.py --rounds 3 --seconds 6
"""
import argparse

import comparison

# Name, what `elixir-gpu bench training` is given, batch, and the peers' name of the work.
WORKS = [
    ("U-Net (64, 128, 128) step, batch 64",
     str(comparison.CONFIGURATIONS / "unet-64-128-128/config.json"), 64, "unet1"),
    ("PreActResNet-18 step, batch 128", "preact_resnet18", 128, "preact"),
    ("critic step with gradient penalty, 512→512→1, batch 256", "critic", 256, "critic"),
    ("step of PD-AutoR's four networks, 32×32, batch 64", "restoration", 64, "restoration"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    comparison.add_options(parser, engines="elixir-gpu,torch,torch-cl", seconds=8)
    options = parser.parse_args()
    for name, work, batch, task in WORKS:
        comparison.compare(
            name, "samples/s", options, lambda engine: measure(engine, work, batch, task, options))


def measure(engine, work, batch, task, options):
    if comparison.is_ours(engine):
        result = comparison.run_elixir(
            engine, ["training", work, "--batch", str(batch), "--seconds", str(options.seconds)])
        return {"rate": result["samplesPerSecond"], "memory": result["peakMemoryMiB"]}
    # The peers' own critic is of another width, and they have no networks of PD-AutoR.
    script = {"critic": "critic.py", "restoration": "restoration.py"}.get(task, "train_bench.py")
    result = comparison.run_peer(options, script, [task, engine, str(options.seconds)])
    return {"rate": result["img_s"], "memory": result["rss_mb"], "version": result["ver"]}


if __name__ == "__main__":
    main()
