#!/usr/bin/env python3
"""What GPU compilers make of the OpenCL kernels, with no GPU at hand.

    Tests/gpu/check.py [--program .build/release/elixir-gpu] [--targets sm_90,gfx90a] [--json FILE]

Compiles every kernel of each shipped GPU layout, as `elixir-gpu devices --kernel-builds` lists them,
with clang for NVIDIA and AMD; NVIDIA's own assembler then allots the registers. Prints a table of
registers, private memory (arrays that did not reach registers, and spills), local memory of a
work-group, occupancy and the instructions of the innermost loops, and exits with 1 if a kernel needs
private memory: it lies behind the caches, hundreds of cycles away.

Needs Debian's clang-14 and libclc-14, and from PyPI nvidia-cuda-nvcc-cu12 for `ptxas` and, for
counts of instructions, nvidia-cuda-nvdisasm; `make gpu-check` installs them. clang's front end stands
in for NVIDIA's OpenCL compiler, which is LLVM, too: loops that are told to unroll will do so there.
"""
import argparse, concurrent.futures, json, os, pathlib, shlex, shutil, subprocess, sys, tempfile
from assembly import read_amd, read_nvidia
from tables import markdown

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG = os.environ.get("CLANG", "clang-14")
LIBRARIES = pathlib.Path("/usr/lib/clc")
BUILTINS = ["-O3", "-Xclang", "-finclude-default-header", "-Xclang", "-mlink-builtin-bitcode", "-Xclang"]


def tool(name, variable, package):
    """The path of a program that a PyPI package brings."""
    found = os.environ.get(variable) or shutil.which(name)
    for folder in sys.path:
        found = found or next((str(path) for path in pathlib.Path(folder).glob(f"nvidia/*/bin/{name}")), None)
    if not found:
        sys.exit(f"{name} is missing: python3 -m pip install {package}, or let ${variable} name it")
    return found


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{shlex.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def compile_file(build, target, kernels, work, tools):
    """The kernels of one file in one layout on one target."""
    base = pathlib.Path(work) / f"{build['layout'].replace(' ', '-')}-{target}-{pathlib.Path(build['file']).stem}"
    nvidia = target.startswith("sm_")
    triple = "nvptx64--" if nvidia else "amdgcn-amd-amdhsa"
    library = LIBRARIES / ("nvptx64--nvidiacl.bc" if nvidia else "amdgcn--amdhsa.bc")
    # This clang's newest target of NVIDIA's is older; which instructions exist is ptxas' business.
    machine = "sm_70" if nvidia else target
    common = [CLANG, "-target", triple, "-nogpulib", "-Xclang", "-target-cpu", "-Xclang", machine]
    run(*common, *build["options"].split(), *BUILTINS, library, "-I", kernels, "-S", "-emit-llvm", "-w",
        "-o", f"{base}.ll", pathlib.Path(kernels) / build["file"])
    run(*common, "-O3", "-w", "-S", "-o", f"{base}.s", "-x", "ir", f"{base}.ll")
    read = read_nvidia if nvidia else read_amd
    return read(base, target, lambda *command: run(*[tools.get(word, word) for word in command]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=ROOT / ".build/release/elixir-gpu")
    parser.add_argument("--builds", help="a file with the output of `devices --kernel-builds` instead")
    parser.add_argument("--kernels", default=ROOT / "Kernels", help="the folder of .cl files")
    parser.add_argument("--targets", default="sm_70,sm_80,sm_90,gfx90a")
    parser.add_argument("--layout", help="only the shipped layout of this name")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--keep", help="leave the assembly in this folder")
    arguments = parser.parse_args()
    if not shutil.which(CLANG) or not LIBRARIES.is_dir():
        sys.exit(f"{CLANG} or libclc is missing: apt-get install clang-14 libclc-14, or set $CLANG")
    tools = {"ptxas": tool("ptxas", "PTXAS", "nvidia-cuda-nvcc-cu12"),
             "nvdisasm": tool("nvdisasm", "NVDISASM", "nvidia-cuda-nvdisasm")}
    text = open(arguments.builds).read() if arguments.builds else run(arguments.program, "devices", "--kernel-builds")
    builds = [build for build in json.loads(text) if build["style"] == "gpu"]
    builds = [build for build in builds if arguments.layout in (None, build["layout"])]
    # Layouts for NVIDIA's devices are for them alone.
    pairs = [(build, target) for build in builds for target in arguments.targets.split(",")
             if target.startswith("sm_") or "NVIDIA" not in build["layout"]]
    if not pairs:
        sys.exit("no layout to check")
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(2) as pool:
        work = arguments.keep or temporary
        os.makedirs(work, exist_ok=True)
        results = pool.map(lambda pair: compile_file(*pair, arguments.kernels, work, tools), pairs)
        rows = [{"layout": build["layout"], "target": target, "file": build["file"], **kernel.figures()}
                for (build, target), found in zip(pairs, results) for kernel in found]
    print(markdown(rows))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")
    bad = [row for row in rows if row["stack"] or row["spills"]]
    print(f"\n{len(rows)} kernels compiled, {len(bad)} with private memory.")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
