#!/usr/bin/env python3
"""One reverse step of google/ddpm-cifar10-32's U-Net, elixir-gpu beside its peers.

    python3 Benchmarks/peers/denoiser.py --batches 1,8,32 --rounds 3 --seconds 5
    python3 Benchmarks/peers/denoiser.py --engines elixir-gpu:opencl,elixir-gpu:cpu,tgcl
    python3 Benchmarks/peers/denoiser.py --nvidia

--nvidia measures ours on OpenCL beside PyTorch on CUDA, without and with TF32, with 256 images, and
prints the part of an H200's 67 TFLOP/s of fp32.
"""
import argparse
import pathlib
import shutil
import tempfile

import comparison

# Of one image, convolutions counted as direct ones.
FLOP = 12_443_713_536


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--batches", default="8", help="images in a step, comma separated")
    comparison.add_options(parser, engines="elixir-gpu,torch-cl,torch-cl-compile,ort,ov", seconds=10)
    parser.add_argument("--nvidia", action="store_true", help="defaults for a run on an NVIDIA GPU")
    options, _ = parser.parse_known_args()
    if options.nvidia:
        parser.set_defaults(engines="elixir-gpu:opencl,cuda,cuda-tf32", batches="256", peak=67)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = diffusers_folder(pathlib.Path(folder))
        for batch in options.batches.split(","):
            comparison.compare(
                f"reverse step, batch {batch}", "images/s", options,
                lambda engine: measure(engine, batch, model, options), flop=FLOP)


def diffusers_folder(folder):
    """The checkpoint that the peers load with its configuration; without it the configuration alone."""
    weights = comparison.peers_home() / "model/ddpm.safetensors"
    if not weights.exists():
        return comparison.CONFIGURATIONS / "ddpm-cifar10-32/config.json"
    shutil.copy(comparison.CONFIGURATIONS / "ddpm-cifar10-32/config.json", folder)
    (folder / "diffusion_pytorch_model.safetensors").symlink_to(weights)
    return folder


def measure(engine, batch, model, options):
    if comparison.is_ours(engine):
        result = comparison.run_elixir(
            engine, ["denoiser", str(model), "--batch", batch, "--seconds", str(options.seconds)])
        return {"rate": result["imagesPerSecond"], "memory": result["peakMemoryMiB"],
                "start": result["startToFirstStepSeconds"],
                "measuredPeakGflops": result["peakGflops"], "device": result["device"]["name"]}
    if engine in ("cuda", "cuda-tf32"):
        result = comparison.run_peer(
            options, "torch_cuda.py",
            [engine, batch, str(options.seconds), options.peers,
             str(comparison.peers_home() / "model/ddpm.safetensors")])
    else:
        result = comparison.run_peer(
            options, "bench_unet.py", [engine, batch, str(options.seconds)])
    return {"rate": result["img_s"], "memory": result["rss_mb"],
            "start": result["load_s"] + result["first_s"], "version": result["ver"],
            "maximumError": result["maxerr"]}


if __name__ == "__main__":
    main()
