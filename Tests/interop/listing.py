#!/usr/bin/env python3
"""Compares `inspect --list --json` with what the tools that wrote some datasets read.

    python3 Tests/interop/listing.py PROGRAM FIXTURES

FIXTURES holds a folder a format, each with an expected.json. Prints a line for each dataset, and all differences;
exits with 1 if there are any.
"""
import json, pathlib, subprocess, sys

program, root = sys.argv[1], pathlib.Path(sys.argv[2])
failures = 0


def listing(path, *options):
    done = subprocess.run(
        [program, "inspect", str(path), "--list", "--json", *options], capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip()
    return [json.loads(line) for line in done.stdout.splitlines()], ""


def compare(name, path, expected, *options, keys=True, loose=()):
    """expected: objects with key, label, class, width, height, sha256, or error, as far as they are known."""
    global failures
    found, message = listing(path, *options)
    if found is None:
        failures += 1
        return print(f"FAILED   {name}: {message}")
    problems = []
    if len(found) != len(expected):
        problems.append(f"{len(found)} records instead of {len(expected)}: {[r['key'] for r in found][:50]}")
    for place, (ours, theirs) in enumerate(zip(found, expected)):
        label = theirs.get("label", ours["label"])
        if label == -1:
            label = None
        differences = []
        if keys and "key" in theirs and ours["key"] != theirs["key"]:
            differences.append(f"key {ours['key']} instead of {theirs['key']}")
        if "error" in theirs:
            if "problem" not in ours and theirs["key"] not in loose:
                differences.append(f"read, but {theirs['error'][:60]}")
        else:
            if "problem" in ours and theirs.get("key") not in loose:
                differences.append(f"problem: {ours['problem']}")
            if "label" in theirs and ours["label"] != label:
                differences.append(f"label {ours['label']} instead of {label}")
            if theirs.get("class") is not None and ours["class"] != theirs["class"]:
                differences.append(f"class {ours['class']} instead of {theirs['class']}")
            if "problem" not in ours:
                for field in ("width", "height", "channels", "sha256"):
                    # Of 16-bit gray the high byte counts, which Pillow clips.
                    if field in theirs and ours.get(field) not in (theirs[field], theirs.get("high_byte", {}).get("sha256")):
                        differences.append(f"{field} {ours.get(field)} instead of {theirs[field]}")
        if differences:
            problems.append(f"{place} {ours['key']}: " + "; ".join(differences))
    failures += bool(problems)
    print(f"{'FAILED  ' if problems else 'equal   '} {name}: {len(found)} records")
    for problem in problems:
        print("    " + problem)


def refuse(name, path, *options):
    """Must be an error, or every record a problem."""
    global failures
    found, message = listing(path, *options)
    if found is not None and any("problem" not in record for record in found):
        failures += 1
        return print(f"FAILED   {name}: read, {len(found)} records")
    print(f"refused  {name}: {message or found[0]['problem'] if found is None or found else 'no records'}")


def expected(folder):
    return json.loads((root / folder / "expected.json").read_text())


def folders():
    for folder in ("imagefolder-jpeg", "imagefolder-png"):
        compare(folder, root / folder / "train", expected(folder)["samples"])
    other = expected("imagefolder-other")
    samples = sorted(other["samples"] + other.get("gif", []), key=lambda s: s["key"].encode())
    compare("imagefolder-other", root / "imagefolder-other/train", samples)
    messy = expected("imagefolder-messy")
    compare("imagefolder-messy", root / "imagefolder-messy/train", messy["sensible"])
    splits = expected("imagefolder-splits")
    compare("imagefolder-splits", root / "imagefolder-splits", splits["train"], keys=False)
    test = [dict(s, label=s.get("label_by_train", s["label"])) for s in splits["test"]]
    compare("imagefolder-splits, test", root / "imagefolder-splits", test, "--split", "test", keys=False)
    for folder in ("hf-imagefolder-dirs", "hf-imagefolder-csv", "hf-imagefolder-jsonl"):
        facts = expected(folder)
        for split, name in (("train", "training"), ("test", "test")):
            samples = [dict(s) for s in facts[split]]
            for sample in samples:
                if "label_sorted" in sample:
                    sample["class"], sample["label"] = sample.get("label"), sample["label_sorted"]
            compare(f"{folder}, {split}", root / folder, samples, "--split", name, keys=False)
    # The table above the splits lists both; a reader takes all of its rows.
    compare("hf-imagefolder-csv-root", root / "hf-imagefolder-csv-root", expected("hf-imagefolder-csv-root")["samples"])
    compare("hf-imagefolder-zip", root / "hf-imagefolder-zip/train.zip", expected("hf-imagefolder-zip")["train"], keys=False)
    for case in expected("hf-imagefolder-hostile")["cases"]:
        refuse(f"hf-imagefolder-hostile/{case['folder']}", root / "hf-imagefolder-hostile" / case["folder"])


def tables():
    shards = expected("hf-parquet-shards")
    compare("hf-parquet-shards", root / "hf-parquet-shards", shards["train"])
    compare("hf-parquet-shards, test", root / "hf-parquet-shards", shards["test"], "--split", "test")
    variants = expected("parquet-variants")
    for file in variants["files"]:
        path = root / "parquet-variants" / file["file"]
        if "samples" not in file:
            found, message = listing(path)
            print(f"told     parquet-variants/{file['file']}: {message or len(found)}; {file.get('note')}, {file.get('datasets_says', '')}")
            continue
        samples = []
        for label, image in file["samples"]:
            sample = {"sha256": variants["images"][image]} if image in variants["images"] else {"error": str(image)}
            if isinstance(label, str):
                sample["class"] = label
            else:
                sample["label"] = None if label is None else int(label)
            samples.append(dict(sample, key=""))
        compare("parquet-variants/" + file["file"], path, samples, keys=False)
    compare("hf-arrow-dataset", root / "hf-arrow-dataset/saved", expected("hf-arrow-dataset")["samples"])
    pair = expected("hf-arrow-dict")
    for split, name in (("train", "training"), ("test", "test")):
        samples = [s if "sha256" in s else dict(s, error="none") for s in pair[split]]
        compare(f"hf-arrow-dict, {split}", root / "hf-arrow-dict/saved", samples, "--split", name)
    for file in expected("arrow-variants")["files"]:
        path = root / "arrow-variants" / file["file"]
        if "samples" in file and "error" not in file:
            compare("arrow-variants/" + file["file"], path,
                    [dict({"class" if isinstance(label, str) else "label": label}, sha256=hash) for label, hash in file["samples"]])
        else:
            refuse("arrow-variants/" + file["file"], path)


def shards():
    for case in expected("webdataset")["cases"]:
        name = case.get("pattern") or case.get("file")
        path = root / "webdataset" / (name.replace("{000000..000002}", "000000") if "{" in name else name)
        if "{" in name:
            samples = [s for s in case["samples"]]
            path = str(root / "webdataset" / name)
        elif "samples" not in case:
            found, message = listing(path)
            print(f"told     webdataset/{name}: {message or [list(r.values())[:2] for r in found]}; {case.get('note')} {case.get('error', '')}")
            continue
        else:
            samples = case["samples"]
        wanted = []
        for sample in samples:
            image = next((sample[f] for f in sample.get("fields", []) if isinstance(sample.get(f), dict) and "sha256" in sample[f]), {})
            label = sample.get("label", sample.get("json", {}).get("label") if isinstance(sample.get("json"), dict) else None)
            entry = {"key": sample["key"], "label": label, **{k: image[k] for k in ("width", "height", "sha256") if k in image}}
            if not image:
                entry["error"] = "no image"
            wanted.append(entry)
        compare(f"webdataset/{name}", path, wanted)


def arrays():
    for folder, names in (("cifar10-python", "cifar-10-batches-py"), ("cifar100-python", "cifar-100-python")):
        facts = expected(folder)
        for split, name in (("train", "training"), ("test", "test")):
            compare(f"{folder}, {split}", root / folder / names, facts[split], "--split", name)
    for file in expected("cifar10-python-resaved")["files"]:
        path = root / "cifar10-python-resaved" / file["file"]
        if "samples" in file and "error" not in file and "dataframe" not in file["file"]:
            compare("cifar10-python-resaved/" + file["file"], path,
                    [dict(sha256=h, label=l) for h, l in zip(file["samples"], file["labels"])])
        else:
            refuse("cifar10-python-resaved/" + file["file"], path)
    idx = expected("idx")
    mnist = next((root / "idx/MNIST").rglob("*-images-idx3-ubyte.gz")).parent
    for split, name in (("train", "training"), ("test", "test")):
        samples = [{k: v for k, v in s.items() if k != "class"} for s in idx[split]]
        compare(f"idx, {split}", mnist, samples, "--split", name)
    for part, facts in idx["emnist"].items():
        images = next((root / "idx/EMNIST").rglob(f"*{part}-*-images-idx3-ubyte*"))
        compare(f"idx EMNIST {part}", images,
                [dict(label=s["label"]) for s in facts["samples"]])
    npz = expected("npz")
    for name, samples in npz["samples"].items():
        file, split = name.split("/")
        split = {"train": "training", "val": "validation", "test": "test"}[split]
        compare(f"npz/{name}", root / "npz" / f"{file}.npz",
                [dict(label=s[0], width=s[1], height=s[2], sha256=s[4]) for s in samples], "--split", split)
    for file in npz["files"]:
        path = root / "npz" / file["file"]
        if "error" in file or "hostile" in file["file"] or "object" in file["file"]:
            refuse("npz/" + file["file"], path)
        else:
            found, message = listing(path)
            print(f"told     npz/{file['file']}: {message or len(found)}")


def others():
    tiny = expected("tiny-imagenet")
    path = root / "tiny-imagenet/tiny-imagenet-200"
    compare("tiny-imagenet", path, tiny["train"])
    compare("tiny-imagenet, val", path, tiny["val"], "--split", "validation")
    compare("tiny-imagenet, test", path, [dict(key=k, label=None) for k in tiny["test_unlabelled"]], "--split", "test")
    lists = expected("lists")
    hashes = {s["key"]: s["sha256"] for s in lists["images"]}
    for name, facts in lists.items():
        for suffix in ("csv", "tsv", "txt"):
            if not name.endswith("_" + suffix) or not isinstance(facts, list):
                continue
            file = next((f for f in (root / "lists").iterdir() if f.name.replace("-", "_").replace(".", "_") == name), None)
            if file is None or not all(isinstance(x, list) and len(x) == 2 for x in facts):
                continue
            wanted = []
            for key, label in facts:
                entry = {"key": key}
                if isinstance(label, str) and not label.isdigit():
                    entry["class"] = label
                else:
                    entry["label"] = int(label)
                if key in hashes:
                    entry["sha256"] = hashes[key]
                wanted.append(entry)
            compare("lists/" + file.name, file, wanted)
    for name in ("hostile.csv", "missing.csv"):
        found, message = listing(root / "lists" / name)
        print(f"told     lists/{name}: {message or [r for r in found if 'problem' in r]}")
    bench = expected("backdoorbench")
    record = next(p for p in (root / "backdoorbench/record").iterdir())
    clean = next(p for p in (root / "backdoorbench/data").iterdir())
    compare("backdoorbench", record, bench["bd_train"], "--clean", str(clean), "--target", "0", keys=False)
    box = expected("backdoor-toolbox")
    poisoned = next(p for p in (root / "backdoor-toolbox/poisoned_train_set").rglob("imgs")).parent
    compare("backdoor-toolbox", poisoned, [{k: v for k, v in s.items() if k != "class"} for s in box["samples"]])


for part in (folders, tables, shards, arrays, others):
    part()
print(f"{failures} datasets differ")
sys.exit(failures > 0)
