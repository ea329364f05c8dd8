#!/usr/bin/env python3
"""One reverse step of google/ddpm-cifar10-32's U-Net, elixir-gpu beside its peers.

    python3 Benchmarks/peers/denoiser.py --batches 1,8,32 --rounds 3 --seconds 5
    python3 Benchmarks/peers/denoiser.py --engines elixir-gpu:opencl,elixir-gpu:cpu,tgcl
"""
import argparse
import pathlib
import shutil
import tempfile

import comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--batches", default="8", help="images in a step, comma separated")
    comparison.add_options(parser, engines="elixir-gpu,torch-cl,ort,ov", seconds=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = diffusers_folder(pathlib.Path(folder))
        for batch in options.batches.split(","):
            comparison.compare(
                f"reverse step, batch {batch}", "images/s", options,
                lambda engine: measure(engine, batch, model, options))


def diffusers_folder(folder):
    """The checkpoint that the peers load, with its configuration."""
    shutil.copy(comparison.CONFIGURATIONS / "ddpm-cifar10-32/config.json", folder)
    weights = comparison.peers_home() / "model/ddpm.safetensors"
    (folder / "diffusion_pytorch_model.safetensors").symlink_to(weights)
    return folder


def measure(engine, batch, model, options):
    if comparison.is_ours(engine):
        result = comparison.run_elixir(
            engine, ["denoiser", str(model), "--batch", batch, "--seconds", str(options.seconds)])
        return {"rate": result["imagesPerSecond"], "memory": result["peakMemoryMiB"],
                "start": result["startToFirstStepSeconds"],
                "measuredPeakGflops": result["peakGflops"]}
    result = comparison.run_peer(
        options, "bench_unet.py", [engine, batch, str(options.seconds)])
    return {"rate": result["img_s"], "memory": result["rss_mb"],
            "start": result["load_s"] + result["first_s"], "version": result["ver"],
            "maximumError": result["maxerr"]}


if __name__ == "__main__":
    main()
