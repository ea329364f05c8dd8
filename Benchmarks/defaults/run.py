#!/usr/bin/env python3
"""Purifies many poisoned and clean datasets by the plain command, and says what came of it.

    make build
    python3 Benchmarks/defaults/run.py --work /tmp/defaults --mnist DIR --cifar DIR \\
        --cells 'mnist1500/*/0.1/0' 'fashion4000/clean/*/*'

A cell is SET/ATTACK/RATE/SEED; patterns choose among them (see --list). Each is poisoned, purified by
`elixir-gpu purify DATASET --denoiser D --output OUT` with no other option but the seed, and compared with the
truth; with --evaluate new models are trained on both sets, too. Results are appended to
WORK/results.jsonl, one line a cell, and cells that are there already are skipped; --table prints them.

Sets: parts of MNIST (--mnist: untrusted, trusted and test IDX pairs), of Fashion-MNIST (--fashion, Debian's
package dataset-fashion-mnist), the demonstration's shapes, and CIFAR-10 (--cifar: binary batches). Denoisers
of digits and clothes are trained by `train denoiser` with its defaults on images that no set holds (twenty minutes
each on two cores); shapes use the one inside the program, CIFAR-10 the one given by --cifar-denoiser.
"""
import argparse, csv, fnmatch, gzip, json, pathlib, re, subprocess, sys, time, zlib

ATTACKS = ["badnets", "patch", "blended", "all-to-all", "two-targets"]
RATES = ["0.1", "0.03", "0.01"]
SEEDS = ["0", "1", "2"]
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def read_idx(path):
    data = gzip.open(path).read() if str(path).endswith(".gz") else open(path, "rb").read()
    rank = data[3]
    sizes = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    item = 1
    for size in sizes[1:]:
        item *= size
    body = data[4 + 4 * rank :]
    return sizes[1:], [body[i * item : (i + 1) * item] for i in range(sizes[0])]


def write_idx(path, item_sizes, items):
    sizes = [len(items)] + item_sizes
    head = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    path.write_bytes(head + b"".join(items))


def write_png(path, rows, channels):
    """rows: bytes of each row."""
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    width = len(rows[0]) // channels
    head = width.to_bytes(4, "big") + len(rows).to_bytes(4, "big") + bytes([8, 2 if channels == 3 else 0, 0, 0, 0])
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


class Sets:
    """The datasets, made when first asked for."""

    def __init__(self, arguments):
        self.a = arguments
        self.folder = arguments.work / "sets"
        self.folder.mkdir(parents=True, exist_ok=True)

    names = [
        "mnist4000", "mnist1500", "mnist-imbalanced", "mnist-50", "mnist-2-classes",
        "fashion4000", "fashion1500", "fashion-imbalanced", "fashion-50", "shapes1000", "cifar10000",
    ]

    def make(self, name, seed):
        """Paths of dataset and test set, side and channels."""
        if name == "shapes1000":
            folder = self.folder / f"shapes-{seed}"
            if not folder.exists():
                run([self.a.program, "demo", "--shapes-only", "1000", "--seed", str(100 + int(seed)),
                     "--output", folder])
            return folder / "data_batch_1.bin", folder / "test_batch.bin", 32, 3
        if name == "cifar10000":
            return self.a.cifar / "data_batch_1.bin", self.a.cifar / "test_batch.bin", 32, 3
        family = name.split("-")[0].rstrip("0123456789")
        path = self.folder / f"{name}-{seed}-images-idx3-ubyte"
        if not path.exists():
            self.write_idx_set(name, family, int(seed), path)
        return path, self.test(family), 28, 1

    def source(self, family):
        if family == "mnist":
            images, labels = self.a.mnist / "untrusted-images-idx3-ubyte", self.a.mnist / "untrusted-labels-idx1-ubyte"
        else:
            images, labels = self.a.fashion / "train-images-idx3-ubyte.gz", self.a.fashion / "train-labels-idx1-ubyte.gz"
        return read_idx(images)[1], read_idx(labels)[1]

    def write_idx_set(self, name, family, seed, path):
        images, labels = self.source(family)
        if family == "fashion":  # The first 6,000 train the denoiser.
            images, labels = images[10000 + 4000 * seed :][:4000], labels[10000 + 4000 * seed :][:4000]
        order = list(range(len(images)))
        if name.endswith("1500"):
            order = order[1250 * seed : 1250 * seed + 1500]
        elif name.endswith("-50"):
            order = self.per_class(labels, {label: 50 for label in range(10)}, 800 * seed)
        elif name.endswith("imbalanced"):
            large = (5 + seed) % 10
            order = self.per_class(labels, {label: 350 if label == large else 35 for label in range(10)}, 0)
        elif name.endswith("2-classes"):
            order = self.per_class(labels, {3: 300, 8: 300}, 0)
            labels = [bytes([0 if label[0] == 3 else 1]) for label in labels]
        write_idx(path, [28, 28], [images[i] for i in order])
        write_idx(pathlib.Path(str(path).replace("images-idx3", "labels-idx1")), [], [labels[i] for i in order])

    @staticmethod
    def per_class(labels, wanted, start):
        left, order = dict(wanted), []
        for i in list(range(start, len(labels))) + list(range(start)):
            if left.get(labels[i][0], 0) > 0:
                left[labels[i][0]] -= 1
                order.append(i)
        return order

    def test(self, family):
        if family == "mnist":
            return self.a.mnist / "test-images-idx3-ubyte"
        path = self.folder / "fashion-test-images-idx3-ubyte"
        if not path.exists():
            for kind, dimension in (("images", 3), ("labels", 1)):
                sizes, items = read_idx(self.a.fashion / f"t10k-{kind}-idx{dimension}-ubyte.gz")
                write_idx(self.folder / f"fashion-test-{kind}-idx{dimension}-ubyte", sizes, items[:2000])
        return path

    def denoiser(self, name):
        if name.startswith("shapes"):
            return REPOSITORY / "Sources/CBundledDenoiser/model"
        if name.startswith("cifar"):
            return self.a.cifar_denoiser
        family = "mnist" if name.startswith("mnist") else "fashion"
        folder = self.a.work / f"denoiser-{family}"
        if not (folder / "done").exists():
            if family == "mnist":
                trusted = self.a.mnist / "trusted-images-idx3-ubyte"
            else:
                trusted = self.folder / "fashion-trusted-images-idx3-ubyte"
                images, labels = self.source(family)
                write_idx(trusted, [28, 28], images[:6000])
                write_idx(self.folder / "fashion-trusted-labels-idx1-ubyte", [], labels[:6000])
            run([self.a.program, "train", "denoiser", trusted, "--output", folder, "--resume"])
            (folder / "done").write_text("")
        return folder


def run(command, allowed=(0,)):
    command = [str(word) for word in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in allowed:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}: {done.stderr[-2000:]}")
    return done


def patch(path, side, channels):
    """A gray (or colored) patch of 3×3 pixels near the upper left corner, black elsewhere."""
    color = [128] if channels == 1 else [200, 60, 180]
    rows = []
    for y in range(side):
        row = []
        for x in range(side):
            row += color if 4 <= y < 7 and 3 <= x < 6 else [0] * channels
        rows.append(bytes(row))
    write_png(path, rows, channels)


def poison(a, sets, name, attack, rate, seed, folder):
    """The poisoned dataset's path and, by sample, its label before; several manifests are merged."""
    source, test, side, channels = sets.make(name, seed)
    if attack == "clean":
        return source, test, []
    target = str((3 + 4 * int(seed)) % (2 if name.endswith("2-classes") else 10))
    pattern = folder / "patch.png"
    patch(pattern, side, channels)
    common = ["--seed", seed, "--force"]

    def once(source, output, rate, options, method="badnets"):
        run([a.program, "poison", method, source, "--rate", str(rate), "--output", output]
            + options + common)

    first = folder / "poisoned"
    if attack == "two-targets":
        middle = folder / "poisoned-once"
        once(source, middle, float(rate) / 2, ["--target", target])
        second = str((int(target) + 5) % 10)
        once(middle, first, float(rate) / 2, ["--target", second, "--pattern", pattern])
        return first, test, [middle, first]
    options = {
        "badnets": ["--target", target],
        "patch": ["--target", target, "--pattern", pattern],
        "blended": ["--target", target],
        "all-to-all": ["--all-to-all"],
    }[attack]
    once(source, first, rate, options, "blended" if attack == "blended" else "badnets")
    return first, test, [first]


def cell(a, sets, name, attack, rate, seed):
    folder = a.work / "cells" / f"{name}-{attack}-{rate}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    data, test, manifests = poison(a, sets, name, attack, rate, seed, folder)
    denoiser = sets.denoiser(name)
    output = folder / "purified"
    start = time.time()
    done = run([a.program, "purify", data, "--denoiser", denoiser, "--seed", seed, "--output", output,
                "--force"] + a.option, allowed=(0, 3))
    seconds = time.time() - start
    truth = {}
    for manifest in manifests:
        for sample in json.load(open(manifest / "poison-manifest.json"))["samples"]:
            truth.setdefault(sample["index"], sample["originalLabel"])
    rows = list(csv.DictReader(open(output / "purified.csv")))
    report = json.load(open(output / "report.json"))
    changed = [row["oldLabel"] != row["newLabel"] for row in rows]
    result = {
        "set": name, "attack": attack, "rate": rate, "seed": seed, "exit": done.returncode,
        "outcome": report["outcome"], "targets": report["targets"], "noise": report["candidates"]["noiseSteps"],
        "poisonedSamples": len(truth), "samples": len(rows), "labels": sum(changed),
        "images": report["changes"]["images"],
        "tpr": 100 * sum(changed[i] for i in truth) / len(truth) if truth else None,
        "fpr": 100 * sum(c for i, c in enumerate(changed) if i not in truth) / (len(rows) - len(truth)),
        "restored": 100 * sum(int(rows[i]["newLabel"]) == truth[i] for i in truth) / len(truth) if truth else None,
        "doubts": report["doubts"], "attackEstimate": report.get("attack"), "seconds": seconds,
        "phases": {p["name"]: p["seconds"] for p in json.load(open(output / "timings.json"))["seconds"]},
    }
    if a.evaluate and manifests:
        # The last manifest's trigger; with two targets the first one's, too.
        figures = folder / "figures.json"
        run([a.program, "evaluate", output, "--poisoned", manifests[-1], "--test", test, "--json", figures])
        models = json.load(open(figures))["models"]
        for kind in ("purified", "poisoned"):
            result[kind] = {k: models[kind][k] for k in ("accuracy", "attackSuccessRate")}
    return result


def line(r):
    number = lambda value, digits=1: "–" if value is None else f"{value:.{digits}f}"
    rates = "".join(
        f" | {100 * r[kind]['accuracy']:.1f} | {100 * r[kind]['attackSuccessRate']:.1f}" if kind in r else " | – | –"
        for kind in ("poisoned", "purified"))
    return (f"| {r['set']} | {r['attack']} | {r['rate']} | {r['seed']} | {r['noise']} | {r['outcome']} | "
            f"{','.join(map(str, r['targets']))} | {number(r['tpr'])} | {number(r['fpr'], 2)} | {number(r['restored'])}"
            f"{rates} | {r['seconds']:.0f} |")


HEAD = ("| set | attack | rate | seed | noise | outcome | targets | TPR | FPR | labels restored | poisoned: ACC | ASR "
        "| purified: ACC | ASR | seconds |\n|" + "---|" * 15)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--program", default=str(REPOSITORY / ".build/release/elixir-gpu"))
    parser.add_argument("--mnist", type=pathlib.Path)
    parser.add_argument("--fashion", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--cifar", type=pathlib.Path)
    parser.add_argument("--cifar-denoiser", type=pathlib.Path)
    parser.add_argument("--cells", nargs="*", default=[])
    parser.add_argument("--option", action="append", default=[], help="more words for purify, for comparison")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    a = parser.parse_args()
    cells = [(s, k, r, seed) for s in Sets.names for k in ATTACKS for r in RATES for seed in SEEDS]
    cells += [(s, "clean", "0", seed) for s in Sets.names for seed in SEEDS]
    chosen = [c for c in cells if any(fnmatch.fnmatch("/".join(c), pattern) for pattern in a.cells)]
    if a.list:
        print("\n".join("/".join(c) for c in cells))
        return
    a.work.mkdir(parents=True, exist_ok=True)
    file = a.work / "results.jsonl"
    known = [json.loads(text) for text in open(file)] if file.exists() else []
    if a.table:
        print(HEAD)
        for r in known:
            print(line(r))
        return
    have = {(r["set"], r["attack"], r["rate"], r["seed"]) for r in known}
    sets = Sets(a)
    print(HEAD, flush=True)
    for c in chosen:
        if c in have:
            continue
        result = cell(a, sets, *c)
        with open(file, "a") as results:
            results.write(json.dumps(result) + "\n")
        print(line(result), flush=True)


if __name__ == "__main__":
    main()
