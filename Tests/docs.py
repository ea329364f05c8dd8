#!/usr/bin/env python3
"""Builds the documentation of the library as an archive of DocC, from modules that are built already.

    Tests/docs.py [--build .build/release] [--output .build/Elixir.doccarchive]

Every module of the product Elixir is converted by itself: its public symbols, and its first
sentence from Sources/<Module>/<Module>.docc. docs/Elixir.docc has the articles and the tutorial; it
is converted after them, as it links to them, and all are merged. Fails at any warning but that a
parameter is not documented: those that say enough by their names are left out.
"""
import argparse, concurrent.futures, json, os, pathlib, re, shutil, subprocess, sys, tempfile
from built_modules import ROOT, search_folders

CATALOG = ROOT / "docs/Elixir.docc"
EXPECTED = re.compile(r"Parameter '\w+' is missing documentation")


def run(*command):
    """What a command prints; ends the program where it fails."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command[:2]))} failed:\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def library_modules():
    description = json.loads(run("swift", "package", "dump-package"))
    return next(product["targets"] for product in description["products"] if product["name"] == "Elixir")


def convert(name, output, *options):
    """Converts a catalog or symbols, and returns the warnings."""
    printed = run(
        "docc", "convert", *options, "--fallback-display-name", name,
        "--fallback-bundle-identifier", f"elixir-gpu.{name}", "--enable-experimental-external-link-support",
        "--ide-console-output", "--output-dir", output)
    return [
        line for line in printed.splitlines()
        if re.search(r"(warning|error): ", line) and not EXPECTED.search(line)
    ]


def convert_module(module, build, target, folder):
    symbols = folder / "symbols" / module
    symbols.mkdir(parents=True)
    run(
        "swift-symbolgraph-extract", "-module-name", module, "-target", target,
        *(f"-I{path}" for path in search_folders(build)), "-minimum-access-level", "public",
        "-skip-inherited-docs", "-skip-synthesized-members", "-output-dir", symbols,
        "-module-cache-path", folder / "cache")
    catalog = ROOT / "Sources" / module / f"{module}.docc"
    if not catalog.exists():
        return [f"{catalog.relative_to(ROOT)}: error: each module of the library has one"]
    return convert(
        module, folder / f"{module}.doccarchive", catalog, "--additional-symbol-graph-dir", symbols)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build/release")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".build/Elixir.doccarchive")
    arguments = parser.parse_args()
    build, output = arguments.build.resolve(), arguments.output.resolve()
    target = json.loads(run("swiftc", "-print-target-info"))["target"]["unversionedTriple"]
    modules = library_modules()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda module: convert_module(module, build, target, folder), modules)
            warnings = [line for lines in found for line in lines]
        archives = [folder / f"{module}.doccarchive" for module in modules]
        landing = folder / "Elixir.doccarchive"
        warnings += convert(
            "Elixir", landing, CATALOG, *(word for path in archives for word in ("--dependency", path)))
        if warnings:
            sys.exit("\n".join(warnings))
        shutil.rmtree(output, ignore_errors=True)
        run(
            "docc", "merge", landing, *archives, "--synthesized-landing-page-name", "elixir-gpu",
            "--output-path", output)
    print(f"{len(modules)} modules, articles and tutorial in {output}")


if __name__ == "__main__":
    main()
