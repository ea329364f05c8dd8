#!/usr/bin/env python3
"""Predicts times on an H200 from what check.py counted, as a table in Markdown.

    Tests/gpu/prediction.py kernels.json [before.json]

Both are files that check.py wrote. The work is that of google/ddpm-cifar10-32 with 256 images. A time is
the greater of two: all instructions of the main loop, branches not taken included, at four a cycle and
unit, and the least traffic, each operand once, at the memory's bandwidth. Neither latency nor launches
are in it.
"""
import json, sys

UNITS, CLOCK, BANDWIDTH = 132, 1.98e9, 4.8e12  # NVIDIA's data sheet of the H200 SXM
IMAGES = 256
FLOAT = 4
# Tiles of F(4×4) over 16×16 pixels, and a plane's elements of 256 channels; pixels and channels of 32×32.
TILES = IMAGES * 16
PLANE = TILES * 256
MAP = IMAGES * 256 * 256
LARGE = IMAGES * 1024 * 128
WEIGHTS = 35_746_307


def product(rows, columns, depth, planes=1):
    """Multiply-adds of a product, and elements that move."""
    return planes * rows * columns * depth, planes * (rows * (depth + columns) + depth * columns)


def convolution(pixels, inputs, outputs):
    rows = IMAGES * pixels
    return rows * outputs * inputs * 9, rows * (inputs + outputs) + 9 * inputs * outputs


# Kernel, work, multiply-adds or passes through its loop by a thread, elements read and written.
PRODUCTS = [
    ("productWide", "3×3 256→256, 16×16, direct", convolution(256, 256, 256)),
    ("productWide", "the same, its 36 planes", product(TILES, 256, 256, 36)),
    ("productShort", "3×3 512→256, 4×4, direct", convolution(16, 512, 256)),
]
OTHERS = [
    ("transformInput4", "3×3 256→256, 16×16", PLANE // 2, MAP + 36 * PLANE),
    ("transformOutput4", "3×3 256→256, 16×16", PLANE // 2, MAP + 36 * PLANE),
    ("transformGradient4", "3×3 256→256, 16×16", PLANE // 2, MAP + 36 * PLANE),
    ("transformWeights4", "256→256", 65536 // 2, 45 * 65536),
    ("transformSums4", "256→256", 65536 // 2, 45 * 65536),
    ("chunkMoments", "1024×128", 2 * LARGE // 4, LARGE),
    ("normalizeGroups", "1024×128, all six activations", LARGE // 4, 2 * LARGE),
    ("chunkGradientSums", "1024×128, identity", LARGE // 4, 2 * LARGE),
    ("normalizeGradient", "1024×128, identity", LARGE // 4, 3 * LARGE),
    ("sumSplits", "2 parts of 4×4×256", IMAGES * 16 * 64, 3 * IMAGES * 16 * 256),
    ("diffusionStep", "3×32×32 with noise", IMAGES * 3072 // 16, 3 * IMAGES * 3072),
    ("adamStep", "35.7 M weights", WEIGHTS // 4, 7 * WEIGHTS),
]


def rows_of(path):
    rows = json.load(open(path))
    return {row["name"]: row for row in rows if row["target"] == "sm_90" and row["layout"] == "NVIDIA Hopper"}


def line(row, before, work, instructions, operations, elements):
    compute = instructions / 32 / (UNITS * 4 * CLOCK)
    memory = elements * FLOAT / BANDWIDTH
    old = before.get(row["name"], row)

    def change(figure, factor=1):
        texts = [f"{factor * which[figure]:.0f}" for which in (old, row)]
        return texts[1] if texts[0] == texts[1] else " → ".join(texts)

    times = [1e6 * time for time in (compute, memory, max(compute, memory))]
    cells = [f"`{row['name']}`", work, change("registers"), change("stack"), change("occupancy", 100),
             *(f"{number:.1f}" for number in (operations / (elements * FLOAT), *times))]
    return f"| {' | '.join(cells)} |"


def main():
    rows = rows_of(sys.argv[1])
    before = rows_of(sys.argv[2]) if len(sys.argv) > 2 else {}
    titles = ["kernel", "work", "registers", "stack", "occupancy, %", "FLOP/byte", "instructions, µs", "memory, µs",
              "predicted, µs"]
    print(f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|")
    for name, work, (multiplies, elements) in PRODUCTS:
        loop = rows[name]["loop"]
        # The loop over a step of 16 is unrolled by 8.
        each = (loop["all"] + loop["around"] / 2) / loop["fma"]
        print(line(rows[name], before, work, multiplies * each, 2 * multiplies, elements))
    for name, work, passes, elements in OTHERS:
        loop = rows[name]["loop"]
        operations = passes * (2 * loop["fma"] + loop["arithmetic"])
        print(line(rows[name], before, work, passes * loop["all"], operations, elements))


if __name__ == "__main__":
    main()
