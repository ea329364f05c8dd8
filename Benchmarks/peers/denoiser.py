#!/usr/bin/env python3
"""One reverse step of google/ddpm-cifar10-32's U-Net: elixir-gpu beside PyTorch, interleaved.

    python3 Benchmarks/peers/denoiser.py --batch 8 --rounds 3 --seconds 10 [--device cpu]

Each round runs every engine once, so that a drift of the machine's speed falls on all of them; the
medians and their ratio are printed at the end, and all figures as JSON with --json FILE. PyTorch is
measured by ../shared/peers/bench_unet.py in the environment that ../shared/peers/setup.sh makes.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run_elixir(options):
    command = [
        str(ROOT / ".build/release/elixir-gpu"), "bench", "denoiser",
        str(ROOT / "Benchmarks/configurations/ddpm-cifar10-32/config.json"),
        "--batch", str(options.batch), "--seconds", str(options.seconds),
        "--device", options.device, "--json",
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(output)


def run_peer(engine, options):
    python = pathlib.Path(os.environ["PEERS_HOME"]) / "venv/bin/python"
    script = pathlib.Path(options.peers) / "bench_unet.py"
    command = [str(python), str(script), engine, str(options.batch), str(options.seconds)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("JSON"))
    result = json.loads(line[4:])
    return {"imagesPerSecond": result["img_s"], "gflops": result["gflops"],
            "peakMemoryMiB": result["rss_mb"], "version": result["ver"]}


def main():
    os.environ.setdefault("PEERS_HOME", os.path.expanduser("~/.cache/elixir-peers"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--engines", default="torch-cl", help="comma separated: torch-cl,ort,ov")
    parser.add_argument("--peers", default=str(ROOT.parent / "shared/peers"))
    parser.add_argument("--json", help="write all figures to this file")
    options = parser.parse_args()

    engines = ["elixir-gpu"] + [name for name in options.engines.split(",") if name]
    results = {name: [] for name in engines}
    for round_number in range(options.rounds):
        for name in engines:
            result = run_elixir(options) if name == "elixir-gpu" else run_peer(name, options)
            results[name].append(result)
            print(f"round {round_number + 1}: {name:12} {result['imagesPerSecond']:7.2f} images/s  "
                  f"{result['gflops']:7.1f} GFLOP/s  {result['peakMemoryMiB']:6.0f} MiB", flush=True)
    median = {name: statistics.median(r["imagesPerSecond"] for r in rows)
              for name, rows in results.items()}
    for name in engines[1:]:
        print(f"elixir-gpu / {name}: {median['elixir-gpu'] / median[name]:.2f} "
              f"({median['elixir-gpu']:.2f} against {median[name]:.2f} images/s, "
              f"batch {options.batch}, medians of {options.rounds})")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"machine": platform.processor() or platform.machine(), "batch": options.batch,
             "device": options.device, "results": results, "median": median}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
