#!/usr/bin/env python3
"""Runs what Tests/gpu.sh promises, each step for as long as there is time, and writes one JSON file."""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATIONS = ROOT / "Benchmarks/configurations"
DENOISER = CONFIGURATIONS / "ddpm-cifar10-32/config.json"
UNET = CONFIGURATIONS / "unet-64-128-128/config.json"
# All steps together.
SECONDS = 470
# Names of GPUs' drivers and devices, lowercase.
GPUS = ["nvidia", "geforce", "tesla", "radeon", "gfx", "h100", "h200", "a100", "instinct", "arc"]


class Measurement:
    """The steps so far, written after each of them, so that an end in between loses nothing."""

    def __init__(self, output, seconds):
        self.output, self.end = output, time.monotonic() + seconds
        # Slow devices are given more time for all steps, and for each.
        self.patience = max(1, seconds / SECONDS)
        self.steps = []

    def step(self, name, command, limit, environment=None, missing=None):
        """Runs a command, and returns its JSON output, its text, or None if it failed or was left out."""
        limit = min(limit * self.patience, self.end - time.monotonic())
        if not missing and limit < 5:
            missing = "no time left"
        step = {"step": name, "command": [str(word) for word in command]}
        result = None
        if missing:
            step["missing"] = missing
        else:
            begin = time.monotonic()
            step["exit"], text, errors = self.run(step["command"], limit, environment)
            step["seconds"] = round(time.monotonic() - begin, 2)
            if step["exit"] == 0:
                result = step["result"] = parsed(text)
            else:
                step["error"] = (errors or text).strip()[-2000:]
        self.steps.append(step)
        say = step.get("missing") or ("done" if step["exit"] == 0 else f"failed: {last_line(step['error'])}")
        print(f"{name}: {say}" + (f" ({step['seconds']} s)" if "seconds" in step else ""), flush=True)
        self.output.write_text(json.dumps({"steps": self.steps}, indent=1) + "\n")
        return result

    def run(self, command, limit, environment):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=limit, cwd=ROOT,
                env={**os.environ, **(environment or {})})
            return done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            return "timeout", "", f"took more than {limit:.0f} s"
        except OSError as error:
            return "not started", "", str(error)


def parsed(text):
    """JSON as it is, of other text the end."""
    try:
        return json.loads(text)
    except ValueError:
        return text[-4000:]


def last_line(text):
    return (text.splitlines() or ["no reason given"])[-1]


def find_device(program, wanted):
    listing = json.loads(subprocess.run([program, "devices", "--json"], capture_output=True, text=True).stdout)
    found = [device for device in listing if device["identifier"].startswith("opencl:")]
    chosen = [device for device in found if wanted == device["identifier"]] if wanted else [
        device for device in found if any(word in device["name"].lower() for word in GPUS)]
    if not chosen:
        names = ", ".join(f"{device['identifier']} ({device['name']})" for device in found) or "no OpenCL device"
        problem = f"{wanted} is not" if wanted else "No GPU is"
        sys.exit(print(f"{problem} among: {names}; choose one by --device.", file=sys.stderr) or 2)
    return chosen[0], any(word in chosen[0]["name"].lower() for word in GPUS)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", help="an OpenCL device; by default the first GPU")
    parser.add_argument("--output", default="gpu.json", type=pathlib.Path)
    parser.add_argument("--seconds", default=SECONDS, type=float, help="for all steps together")
    arguments = parser.parse_args()
    program = pathlib.Path(os.environ.get("ELIXIR") or ROOT / ".build/release/elixir-gpu").resolve()
    if not program.exists():
        sys.exit(print(f"{program} is missing: make build, or let ELIXIR name it.", file=sys.stderr) or 2)
    device, is_gpu = find_device(program, arguments.device)
    print(f"{device['identifier']}: {device['name']}, {device['driver']}", flush=True)
    measurement = Measurement(arguments.output.resolve(), arguments.seconds)
    with tempfile.TemporaryDirectory() as folder:
        # Kernels are compiled anew, and nothing that was measured before decides.
        os.environ["XDG_CACHE_HOME"] = folder
        measure(measurement, program, device, is_gpu, pathlib.Path(folder))
    failed = [step["step"] for step in measurement.steps if step.get("exit", 0) != 0]
    missing = [step["step"] for step in measurement.steps if "missing" in step]
    print(f"{arguments.output}: {len(measurement.steps)} steps; failed: {', '.join(failed) or 'none'}; "
          f"left out: {', '.join(missing) or 'none'}")
    sys.exit(1 if failed else 0)


def measure(measurement, program, device, is_gpu, folder):
    name, short = device["identifier"], "1.5" if is_gpu else "0.5"

    def bench(title, *arguments, limit=45):
        return measurement.step(
            title, [program, "bench", *arguments, "--device", name, "--json"], limit)

    measurement.step("devices", [program, "devices", "--json"], 30)
    tests = os.environ.get("ELIXIR_TESTS") or next(
        map(str, sorted((ROOT / ".build/release").glob("*PackageTests.xctest"))), "")
    measurement.step(
        "conformance", [tests, "--testing-library", "swift-testing", "--filter", "ConformanceTests|EveryKernelTests"],
        150, {"ELIXIR_REQUIRE": "opencl"},
        missing=None if tests else "no tests: swift build -c release --build-tests, or let ELIXIR_TESTS name them")
    batch = "64" if is_gpu else "1"
    operations = bench(
        "operations", "operations", "--batch", batch, "--seconds", "0.05" if is_gpu else "0.001",
        *([] if is_gpu else ["--filter", "256→256"]), limit=75)
    for size in ["1", "32", "256"] if is_gpu else ["1"]:
        bench(f"denoiser, batch {size}", "denoiser", DENOISER, "--batch", size, "--seconds", short)
    for work, size in [(UNET, "256"), ("preact_resnet18", "256"), ("critic", "256")]:
        title = pathlib.Path(work).parent.name or work
        bench(f"training {title}", "training", work, "--batch", size if is_gpu else "4", "--seconds", short)
    bench("chain", "chain", DENOISER, "--batch", "256" if is_gpu else "1", "--sampler-steps", "10" if is_gpu else "2",
          "--seconds", short)
    peers(measurement, operations, is_gpu, folder)
    measurement.step("purification", [program, "demo", "--output", folder / "demo", "--device", name,
                                      *([] if is_gpu else ["--images", "200"])], 90)
    tuned = measurement.step(
        "tune", [program, "tune", DENOISER if is_gpu else UNET, "--device", name, "--batch", batch,
                 "--seconds", "0.02"], 120)
    if tuned is not None:
        size = "256" if is_gpu else "1"
        bench(f"denoiser, batch {size}, tuned", "denoiser", DENOISER, "--batch", size, "--seconds", short)


def peers(measurement, operations, is_gpu, folder):
    """PyTorch on the same operations and networks, where it is installed."""
    names = folder / "operations.json"
    names.write_text(json.dumps(operations))
    reason = None
    try:
        import torch
        if is_gpu and not torch.cuda.is_available():
            reason = f"PyTorch {torch.__version__} finds no GPU"
    except ImportError:
        reason = f"no PyTorch in {sys.executable}; let PYTHON name one with it"
    for precision in ["fp32", "tf32", "bf16"]:
        measurement.step(
            f"PyTorch, {precision}",
            [sys.executable, pathlib.Path(__file__).parent / "torch_peer.py", "--precision", precision,
             "--device", "cuda" if is_gpu else "cpu", "--operations", names, "--denoiser", DENOISER, "--unet", UNET],
            60, missing=reason or (None if operations else "operations were not measured"))


if __name__ == "__main__":
    main()
