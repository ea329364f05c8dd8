#!/usr/bin/env python3
"""Checks the tutorial's program: every step compiles, the last is Examples/Embedding, and that runs.

    Tests/embedding.py [--build .build/release]

The example is built as its users do, but into the folder of the engine's own build, whose modules
are the same: what is compiled there already is not compiled again, neither now nor by the next
build of the engine.
"""
import argparse, concurrent.futures, csv, json, os, pathlib, re, subprocess, sys, tempfile
from built_modules import ROOT, search_folders

EXAMPLE = ROOT / "Examples/Embedding"
CATALOG = ROOT / "docs/Elixir.docc"
DENOISER = ROOT / "Sources/CBundledDenoiser/model"
IMAGES = 100


def fail(text):
    sys.exit(f"Tests/embedding.py: {text}")


def steps():
    """The package after each step of the tutorial: texts by path."""
    package = {}
    for tutorial in sorted(CATALOG.rglob("*.tutorial")):
        for name, file in re.findall(r'@Code\(name: "([^"]+)", file: "([^"]+)"\)', tutorial.read_text()):
            if name != "Terminal":
                package = {**package, name: (CATALOG / "Resources" / file).read_text()}
                yield file, package


def check_step(file, package, folders):
    """What the compiler says of a step."""
    with tempfile.TemporaryDirectory() as name:
        sources = []
        for path, text in package.items():
            if path != "Package.swift":
                sources.append(pathlib.Path(name) / pathlib.Path(path).name)
                sources[-1].write_text(text)
        if not sources:
            return ""
        run = subprocess.run(
            ["swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6",
             *(f"-I{folder}" for folder in folders), *sources],
            capture_output=True, text=True)
    return run.stderr and f"the step {file} does not compile:\n{run.stderr}"


def check_tutorial(build):
    packages = list(steps())
    last = packages[-1][1]
    files = {
        str(path.relative_to(EXAMPLE)): path.read_text()
        for path in [EXAMPLE / "Package.swift", *(EXAMPLE / "Sources").rglob("*.swift")]
    }
    if last != files:
        fail("the tutorial's last step is not Examples/Embedding: "
             + ", ".join(sorted(k for k in {*last, *files} if last.get(k) != files.get(k))))
    folders = search_folders(build)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for problem in pool.map(lambda step: check_step(*step, folders), packages):
            if problem:
                fail(problem)
    print(f"{len(packages)} steps compile, the last is {EXAMPLE.relative_to(ROOT)}", flush=True)


def build_example(build):
    """Builds the example, and returns its program."""
    run = subprocess.run(
        ["swift", "build", "-c", "release", "--package-path", EXAMPLE, "--scratch-path", ROOT / ".build"],
        capture_output=True, text=True)
    if run.returncode:
        fail(f"the example is not built:\n{run.stdout}{run.stderr}")
    others = set(re.findall(r"Compiling (\w+) \S+\.\w+", run.stdout)) - {"curate"}
    if others:
        fail(f"the engine was built again, though it is built: {', '.join(sorted(others))}")
    return build / "curate"


def expect(code, command, words, folder):
    """Runs a command, which must end with one of the codes and print the words."""
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=folder)
    printed = run.stdout + run.stderr
    if run.returncode not in code or not all(re.search(word, printed, re.M) for word in words):
        fail(f"{' '.join(map(str, command))} ended with {run.returncode}, printing\n{printed}")
    return printed


def check_verdict(printed, purified):
    """What is printed must be what the report of the run says; so small a dataset may get any verdict."""
    report = json.loads((purified / "report.json").read_text())
    lines = [f"Verdict: {report['outcome']}"]
    if report["targets"]:
        names = ", ".join(report["data"]["classNames"][target] for target in report["targets"])
        lines.append(f"Poisoned to be taken for: {names}")
    lines += [f"Doubt: {doubt}" for doubt in report["doubts"]] + [report["conclusion"]]
    if printed.splitlines()[-len(lines):] != lines:
        fail("\n".join(["the report has", *lines, "but the program printed", printed]))
    with open(purified / "purified.csv") as file:
        rows = len(list(csv.DictReader(file)))
    if rows != IMAGES or not (purified / "report.html").exists():
        fail(f"purified.csv has {rows} rows for {IMAGES} images, or there is no report.html")


def check_program(program, engine):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expect([0], [engine, "demo", "--shapes-only", IMAGES, "--output", "shapes"], [], folder)
        expect(
            [0], [engine, "poison", "badnets", "shapes", "--rate", "0.3", "--target", "0",
                  "--output", "poisoned"], [], folder)
        curate = [program, "--trial", "poisoned", DENOISER, "purified"]
        printed = expect(
            [0, 2], curate, [rf"^{IMAGES} images of 10 classes", "candidates: 100 %"], folder)
        check_verdict(printed, folder / "purified")
        expect([1], curate, ["^curate: .*purified"], folder)
        expect([1], [program, "nowhere", DENOISER, "other"], ["^curate: .*nowhere"], folder)
        expect([64], [program], ["^usage: "], folder)
        print(printed, end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build/release")
    build = parser.parse_args().build.resolve()
    check_tutorial(build)
    check_program(build_example(build), build / "elixir-gpu")


if __name__ == "__main__":
    main()
