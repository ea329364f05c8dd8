"""Runs engines interleaved on the same work and compares the medians; see denoiser.py, training.py.

Each round runs every engine once, so that a drift of the machine's speed falls on all of them.
Engines called `elixir-gpu`, `elixir-gpu:opencl` or `elixir-gpu:cpu-bf16` are this repository's
release build; the others are the peers of ../shared/peers, in the Python environment that its setup.sh makes.
"""
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess


class Unavailable(Exception):
    """An engine that cannot run here, and why."""


ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATIONS = ROOT / "Benchmarks/configurations"


def add_options(parser, engines, seconds):
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=seconds, help="for each engine and round")
    parser.add_argument("--engines", default=engines, help="comma separated")
    parser.add_argument("--peers", default=str(ROOT.parent / "shared/peers"))
    parser.add_argument("--peak", type=float, help="TFLOP/s of the device, to print the part reached")
    parser.add_argument("--json", help="add all figures to this file")


def is_ours(engine):
    return engine.split(":")[0] == "elixir-gpu"


def run_elixir(engine, arguments):
    device, _, precision = (engine.partition(":")[2] or "cpu").partition("-")
    command = [str(ROOT / ".build/release/elixir-gpu"), "bench", *arguments,
               "--device", device, "--precision", precision or "fp32", "--json"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise Unavailable(last_line(result.stderr))
    return json.loads(result.stdout)


def last_line(text):
    return (text.strip().splitlines() or ["no reason given"])[-1]


def peers_home():
    os.environ.setdefault("PEERS_HOME", os.path.expanduser("~/.cache/elixir-peers"))
    return pathlib.Path(os.environ["PEERS_HOME"])


def run_peer(options, script, arguments):
    """What the last line JSON{…} of a script of the peers, or of this folder, says."""
    python = peers_home() / "venv/bin/python"
    if not python.exists():
        raise Unavailable(f"{python} is missing; run ../shared/peers/setup.sh")
    own = pathlib.Path(__file__).parent / script
    path = own if own.exists() else pathlib.Path(options.peers) / script
    command = [str(python), str(path), *arguments]
    environment = dict(os.environ)
    if "tgcl" in arguments:  # tinygrad on OpenCL
        arguments = ["tg" if word == "tgcl" else word for word in arguments]
        command[2:] = arguments
        environment["DEV"] = "CL"
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in result.stdout.splitlines() if line.startswith("JSON")]
    if not lines:
        raise Unavailable(last_line(result.stderr))
    return json.loads(lines[0][4:])


def compare(work, unit, options, measure, flop=None):
    """Prints every figure of measure(engine) and the ratios to ours; returns the medians.

    measure returns a dictionary with "rate" (in `unit`), "memory" (MiB) and whatever else is told, or
    raises Unavailable: then the reason is printed and the engine left out. With `flop` for one of
    `unit`'s things and options.peak (TFLOP/s) it prints the part of the peak.
    """
    engines = [name for name in options.engines.split(",") if name]
    results = {name: [] for name in engines}
    for number in range(options.rounds):
        for name in list(engines):
            try:
                result = measure(name)
            except Unavailable as reason:
                print(f"{work}: {name} cannot run and is left out: {reason}", flush=True)
                engines.remove(name)
                del results[name]
                continue
            results[name].append(result)
            first = result.get("start")
            print(f"{work}, round {number + 1}: {name:18} {result['rate']:8.2f} {unit}  "
                  f"{result['memory']:6.0f} MiB"
                  + (f"  first step after {first:.2f} s" if first else ""), flush=True)
    if not engines:
        raise SystemExit(f"{work}: no engine can run")
    median = {name: statistics.median(r["rate"] for r in rows) for name, rows in results.items()}
    for ours in filter(is_ours, engines):
        for peer in engines:
            if not is_ours(peer):
                print(f"{work}: {ours} / {peer}: {median[ours] / median[peer]:.2f} "
                      f"({median[ours]:.2f} against {median[peer]:.2f} {unit}, "
                      f"medians of {options.rounds})", flush=True)
    if flop and options.peak:
        for name, rate in median.items():
            print(f"{work}: {name}: {rate * flop / options.peak / 1e10:.1f} % of "
                  f"{options.peak:g} TFLOP/s", flush=True)
    if options.json:
        save(pathlib.Path(options.json), work, {"unit": unit, "median": median, "runs": results})
    return median


def save(path, work, figures):
    """Adds the figures of one work to a results file, stamped with the machine."""
    everything = json.loads(path.read_text()) if path.exists() else {}
    everything["machine"] = machine()
    everything["date"] = datetime.date.today().isoformat()
    everything.setdefault("work", {})[work] = figures
    path.write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n")


def machine():
    information = pathlib.Path("/proc/cpuinfo").read_text() if platform.system() == "Linux" else ""
    fields = dict(line.split(":", 1) for line in information.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    output = subprocess.run([str(ROOT / ".build/release/elixir-gpu"), "devices", "--json"],
                            capture_output=True, text=True, check=True).stdout
    return {"processor": fields.get("model name", platform.processor()),
            "family": fields.get("cpu family"), "model": fields.get("model"),
            "threads": os.cpu_count(), "system": platform.platform(),
            "devices": json.loads(output)}
