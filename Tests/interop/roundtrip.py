#!/usr/bin/env python3
"""Purifies datasets of all layouts, and lets the tools of the field read what comes out.

    python3 Tests/interop/roundtrip.py PROGRAM FIXTURES WORK

Needs torchvision, datasets, webdataset and Pillow. Each dataset is purified twice: by noise of strength 0, which
must give back every file byte for byte, and by noise, of which every sample must be there with its label, changed
images changed and everything set aside as it was. Exits with 1 if anything differs.
"""
import json, pathlib, shutil, subprocess, sys

program, root, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
failures = []

# Dataset, options.
CASES = {
    "imagefolder-jpeg/train": [], "imagefolder-png/train": [], "imagefolder-other/train": [],
    "imagefolder-messy/train": [], "imagefolder-splits": [], "hf-imagefolder-dirs": [], "hf-imagefolder-csv": [],
    "hf-imagefolder-jsonl": [], "hf-imagefolder-zip/train.zip": [], "hf-parquet-shards": [],
    "parquet-variants/codec-snappy.parquet": [], "parquet-variants/delta.parquet": [],
    "parquet-variants/duckdb-v2.parquet": [], "parquet-variants/label-null.parquet": [],
    "parquet-variants/zstd-v2-pages.parquet": [], "parquet-variants/image-binary.parquet": [],
    "parquet-variants/extra-columns.parquet": [],
    "hf-arrow-dataset/saved": [], "hf-arrow-dict/saved": [], "webdataset/json.tar": [], "webdataset/dots.tar": [],
    "cifar10-python/cifar-10-batches-py": [], "cifar100-python/cifar-100-python": [],
    "idx/MNIST/raw": [], "npz/medmnist-colour.npz": [], "npz/keras-style.npz": [],
    "tiny-imagenet/tiny-imagenet-200": [], "lists/list.csv": [],
}


def run(*words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.strip()


def listing(path):
    code, output, errors = run("inspect", path, "--list", "--json")
    return [json.loads(line) for line in output.splitlines()] if code == 0 else errors


def fail(name, text):
    failures.append(name)
    print(f"FAILED   {name}: {text}")


def files(path):
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file() and not p.is_symlink()}


for name, options in CASES.items():
    source = root / name
    if name == "idx/MNIST/raw" and not source.exists():
        source = next((root / "idx/MNIST").rglob("*images*")).parent
    before = listing(source)
    if isinstance(before, str):
        fail(name, before)
        continue
    outputs = {}
    for sigma in (0, 24):
        output = work / (name.replace("/", "-") + f"-{sigma}")
        for path in (output, pathlib.Path(str(output) + ".run")):
            shutil.rmtree(path, ignore_errors=True)
        code, text, errors = run(
            "purify", "random-noise", source, "--sigma", sigma, "--size", 32, "--output", output, "--device", "cpu",
            *options)
        if code != 0:
            fail(name, f"σ {sigma}: {errors.splitlines()[-1] if errors else code}")
            break
        outputs[sigma] = output
    if len(outputs) < 2:
        continue
    inside = {s: o / source.name if source.is_file() else o for s, o in outputs.items()}
    old, new = files(source), files(outputs[0])
    hidden = [n for n in old if n not in new]
    changed = [n for n in old if n in new and old[n] != new[n] and not n.endswith("metadata.jsonl")]
    if changed:
        fail(name, f"σ 0 changed {changed[:5]}")
    after = {s: listing(p) for s, p in inside.items()}
    if any(isinstance(a, str) for a in after.values()):
        fail(name, f"{after}")
        continue
    if after[0] != before:
        fail(name, "σ 0: another listing")
    pairs = list(zip(before, after[24]))
    same = len(before) == len(after[24]) and all(
        (a["key"], a["label"], a["class"], a.get("width"), a.get("height")) ==
        (b["key"], b["label"], b["class"], b.get("width"), b.get("height")) for a, b in pairs
        # Animations become PNG files.
        if not a["key"].endswith(".gif") and "animated" not in a["key"])
    if not same:
        fail(name, "σ 24: " + "; ".join(f"{a['key']} → {b['key']}, {b['label']}, {b.get('problem', '')}" for a, b in pairs
                                        if (a["key"], a["label"], a.get("width")) != (b["key"], b["label"], b.get("width")))[:400])
    kept = [a["key"] for a, b in pairs if a.get("sha256") == b.get("sha256") and "problem" not in a and a["label"] is not None]
    print(f"{'ok      ' if name not in failures else 'differs '} {name}: {len(before)} records, "
          f"{sum('problem' in r or r['label'] is None for r in before)} set aside, {len(hidden)} files not copied {hidden[:3]}, unchanged by noise: {len(kept)}")


def reader(name, check):
    try:
        print(f"read     {name}: {check()}")
    except Exception as error:
        fail(name, f"{type(error).__name__}: {error}")


def out(name, sigma=24):
    return work / (name.replace("/", "-") + f"-{sigma}")


def image_folder():
    import torchvision
    a = torchvision.datasets.ImageFolder(root / "imagefolder-jpeg/train")
    b = torchvision.datasets.ImageFolder(out("imagefolder-jpeg/train"))
    assert a.classes == b.classes and [s[1] for s in a.samples] == [s[1] for s in b.samples]
    sizes = 0
    for (path, _), (other, _) in zip(a.samples, b.samples):
        try:
            x = a.loader(path)
        except Exception:
            assert open(path, "rb").read() == open(other, "rb").read()
            continue
        assert x.size == b.loader(other).size
        sizes += 1
    return f"torchvision {torchvision.__version__}: {len(b)} files, {sizes} of the same sizes"


def cifar():
    import pickle
    count = 0
    for batch in sorted((root / "cifar10-python/cifar-10-batches-py").glob("*_batch*")):
        a = pickle.load(open(batch, "rb"), encoding="latin1")
        b = pickle.load(open(out("cifar10-python/cifar-10-batches-py") / batch.name, "rb"), encoding="latin1")
        assert a["labels"] == b["labels"] and a["data"].shape == b["data"].shape and a.keys() == b.keys()
        count += len(b["labels"])
    return f"pickle: {count} images"


def hub(folder, column, loader):
    a, b = loader(root / folder), loader(out(folder))
    assert a.features == b.features and len(a) == len(b)
    for x, y in zip(a, b):
        for name in a.column_names:
            if name != column:
                assert x[name] == y[name], (name, x[name], y[name])
        assert (x[column] is None) == (y[column] is None)
        assert x[column] is None or x[column].size == y[column].size
    return f"datasets: {len(b)} rows, columns {b.column_names}"


def parquet(path):
    import datasets
    return datasets.load_dataset("parquet", data_files=sorted(str(p) for p in path.rglob("train*.parquet")), split="train",
                                 cache_dir=str(work / "cache"))


def saved(path):
    import datasets
    return datasets.load_from_disk(str(path))


def folder(path):
    import datasets
    return datasets.load_dataset("imagefolder", data_dir=str(path), split="train", cache_dir=str(work / "cache"))


def shards():
    import webdataset
    def rows(path):
        return list(webdataset.WebDataset(str(path), shardshuffle=False).decode("pil"))
    a, b = rows(root / "webdataset/json.tar"), rows(out("webdataset/json.tar") / "json.tar")
    assert [x["__key__"] for x in a] == [x["__key__"] for x in b] and all(x["json"] == y["json"] for x, y in zip(a, b))
    return f"webdataset: {len(b)} samples"


reader("imagefolder-jpeg", image_folder)
reader("cifar10-python", cifar)
reader("hf-parquet-shards", lambda: hub("hf-parquet-shards", "img", parquet))
reader("hf-arrow-dataset", lambda: hub("hf-arrow-dataset/saved", "image", saved))
reader("hf-imagefolder-jsonl", lambda: hub("hf-imagefolder-jsonl", "image", folder))
reader("hf-imagefolder-csv", lambda: hub("hf-imagefolder-csv", "image", folder))
reader("webdataset", shards)
print(f"{len(failures)} differ")
sys.exit(bool(failures))
