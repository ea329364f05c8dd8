#!/usr/bin/env python3
"""Detection by sampler: purifies the first images of a poisoned dataset with several samplers.

    python3 Benchmarks/samplers/curve.py measure --name MNIST --poisoned poisoned --count 1000 \\
        --settings 150:ddpm,150:ddim:10,200:ddim:7 --json mnist.json -- --denoiser digits …
    python3 Benchmarks/samplers/curve.py draw mnist.json cifar.json --output curve.svg

A setting is noise steps, sampler and calls of the network. What follows `--` goes to `purify`, which
should be given a victim (`--victim`), so that all settings share it. Finished settings are kept.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import re
import struct
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / ".build/release/elixir-gpu"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure", help="purify with each setting")
    measuring.add_argument("--name", required=True, help="the data, as the picture names it")
    measuring.add_argument("--poisoned", type=pathlib.Path, required=True,
                           help="a folder that `elixir-gpu poison` wrote")
    measuring.add_argument("--count", type=int, default=1000, help="the first images only")
    measuring.add_argument("--settings", required=True)
    measuring.add_argument("--json", type=pathlib.Path, required=True)
    measuring.add_argument("--rate", type=float, required=True,
                           help="images a second through one call of the network, from timings.json")
    measuring.add_argument("purify", nargs="*", help="options of purify")
    drawing = commands.add_parser("draw", help="an SVG of results")
    drawing.add_argument("results", nargs="+", type=pathlib.Path)
    drawing.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    measure(options) if options.command == "measure" else draw(options)


def measure(options):
    results = json.loads(options.json.read_text()) if options.json.exists() else {
        "name": options.name, "count": options.count, "options": options.purify,
        "imageCallsPerSecond": options.rate, "settings": []}
    manifest = json.loads((options.poisoned / "poison-manifest.json").read_text())
    poisoned = {sample["index"]: sample["originalLabel"] for sample in manifest["samples"]}
    with tempfile.TemporaryDirectory() as folder:
        data = first_samples(options.poisoned, options.count, pathlib.Path(folder) / "data")
        for setting in options.settings.split(","):
            if any(done["setting"] == setting for done in results["settings"]):
                continue
            noise, sampler, *calls = setting.split(":")
            output = pathlib.Path(folder) / setting.replace(":", "-")
            subprocess.run(
                [PROGRAM, "purify", data, "--compat", "paper", "--output", output, *options.purify,
                 "--noise-steps", noise, "--sampler", sampler, *(["--sampler-steps", calls[0]] if calls else [])],
                check=True)
            results["settings"].append(score(setting, output, poisoned))
            print(json.dumps(results["settings"][-1]), flush=True)
            partial = options.json.with_suffix(".partial")
            partial.write_text(json.dumps(results, indent=1) + "\n")
            os.replace(partial, options.json)


def first_samples(source, count, target):
    """A dataset of the first samples: CIFAR batches or an IDX pair."""
    target.mkdir()
    for file in sorted(source.iterdir()):
        if re.search(r"_batch.*\.bin$", file.name):
            (target / file.name).write_bytes(file.read_bytes()[:count * 3073])
            break
        if "-ubyte" in file.name:
            bytes_ = file.read_bytes()
            shape = struct.unpack(f">{bytes_[3]}I", bytes_[4:4 + 4 * bytes_[3]])
            begin, size = 4 + 4 * bytes_[3], math.prod(shape[1:])
            header = bytes_[:4] + struct.pack(f">{bytes_[3]}I", count, *shape[1:])
            (target / file.name).write_bytes(header + bytes_[begin:begin + count * size])
    return target


def score(setting, output, poisoned):
    with open(output / "purified.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = [row["oldLabel"] != row["newLabel"] for row in rows]
    marked = [i for i in range(len(rows)) if i in poisoned]
    clean = [i for i in range(len(rows)) if i not in poisoned]
    report = json.loads((output / "report.json").read_text())
    return {
        "setting": setting, "calls": len(report["candidates"]["timesteps"]),
        "poisoned": len(marked), "clean": len(clean),
        "truePositiveRate": sum(changed[i] for i in marked) / len(marked),
        "falsePositiveRate": sum(changed[i] for i in clean) / len(clean),
        "anomalousPoisoned": sum(rows[i]["verdict"] != "B" for i in marked) / len(marked),
        "targets": [entry["label"] for entry in report["classes"] if entry["isTarget"]],
    }


COLOURS = {"ddpm": "#1b6ca8", "ddim": "#c8553d", "dpm++": "#588157"}


def draw(options):
    """Two panels for each result: true and false positive rate over the calls of the network."""
    results = [json.loads(path.read_text()) for path in options.results]
    width, height, margin = 420, 220, 60
    parts = []
    for column, result in enumerate(results):
        for row, (key, title, low, high) in enumerate([
                ("truePositiveRate", "true positive rate, %", 50, 100),
                ("falsePositiveRate", "false positive rate, %", 0, 20)]):
            parts += panel(result, key, f"{result['name']}: {title}", low, high,
                           column * (width + margin) + margin, row * (height + 80) + 40,
                           width, height)
    total = (len(results) * (width + margin) + margin, 2 * (height + 80) + 60)
    legend = []
    for place, (name, colour) in enumerate(COLOURS.items()):
        x = margin + place * 110
        legend.append(f'<circle cx="{x}" cy="{total[1] - 18}" r="5" fill="{colour}"/>'
                      f'<text x="{x + 10}" y="{total[1] - 14}">{name}</text>')
    legend.append(f'<text x="{margin + 340}" y="{total[1] - 14}">open: 200 noise steps; '
                  "pale: 165; full: 150; line: the paper's schedule, band: ±1 point</text>")
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total[0]} {total[1]}" '
           'font-family="sans-serif" font-size="12">'
           f'<rect width="{total[0]}" height="{total[1]}" fill="white"/>'
           + "".join(parts + legend) + "</svg>\n")
    partial = options.output.with_suffix(".partial")
    partial.write_text(svg)
    os.replace(partial, options.output)


def panel(result, key, title, low, high, left, top, width, height):
    def x(calls):
        return left + width * math.log(calls / 2) / math.log(200 / 2)

    def y(percent):
        return top + height * (1 - (min(max(percent, low), high) - low) / (high - low))

    parts = [f'<text x="{left}" y="{top - 8}" font-weight="bold">{title}</text>',
             f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" '
             'stroke="#999"/>']
    for calls in (3, 5, 10, 20, 50, 150):
        seconds = 1000 * calls / result["imageCallsPerSecond"]
        parts.append(f'<text x="{x(calls):.1f}" y="{top + height + 15}" text-anchor="middle">'
                     f'{calls}</text><text x="{x(calls):.1f}" y="{top + height + 29}" '
                     f'text-anchor="middle" fill="#777">{seconds:.3g} s</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 44}" text-anchor="middle">'
                 "calls of the network in a round; seconds for 1,000 images</text>")
    for step in range(5):
        percent = low + (high - low) * step / 4
        parts.append(f'<text x="{left - 6}" y="{y(percent) + 4:.1f}" text-anchor="end">'
                     f"{percent:g}</text>"
                     f'<line x1="{left}" x2="{left + width}" y1="{y(percent):.1f}" '
                     f'y2="{y(percent):.1f}" stroke="#eee"/>')
    # The paper's schedule and its band first, below the others.
    for entry in sorted(result["settings"], key=lambda entry: entry["setting"] != "150:ddpm"):
        noise, sampler, *_ = entry["setting"].split(":")
        percent, colour = 100 * entry[key], COLOURS[sampler]
        if entry["setting"] == "150:ddpm":
            upper, lower = y(percent + 1), y(percent - 1)
            parts.append(f'<rect x="{left}" y="{upper:.1f}" width="{width}" '
                         f'height="{lower - upper:.1f}" fill="{colour}" opacity="0.15"/>'
                         f'<line x1="{left}" x2="{left + width}" y1="{y(percent):.1f}" '
                         f'y2="{y(percent):.1f}" stroke="{colour}" stroke-dasharray="4 3"/>')
        parts.append(f'<circle cx="{x(entry["calls"]):.1f}" cy="{y(percent):.1f}" r="5" '
                     f'stroke="{colour}" stroke-width="2" '
                     f'fill="{colour if noise != "200" else "white"}" '
                     f'fill-opacity="{0.4 if noise == "165" else 1}"><title>{entry["setting"]}: '
                     f"{percent:.2f} %</title></circle>")
    return parts


if __name__ == "__main__":
    main()
