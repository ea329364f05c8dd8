"""Reads what ptxas and LLVM say about a kernel: registers, memory, and the instructions of its loops."""
import collections, dataclasses, math, re

# Limits of a unit (streaming multiprocessor or compute unit), from the vendors' manuals: CUDA's
# programming guide, "Technical Specifications per Compute Capability"; AMD's "CDNA 2" ISA guide.
NVIDIA = {"sm_70": (64, 96), "sm_80": (64, 164), "sm_90": (64, 228)}  # warps, KiB of shared memory
AMD = {"gfx90a": (32, 64)}  # waves of 64 lanes on four SIMDs, KiB of LDS


@dataclasses.dataclass
class Kernel:
    name: str
    threads: int
    registers: int
    stack: int
    spills: int
    local: int
    occupancy: float
    # Of the innermost loop with most arithmetic: instructions by kind, of one pass.
    loop: dict

    def figures(self):
        return dataclasses.asdict(self)


def group_sizes(text):
    """Work-items of each kernel's groups, from the metadata of LLVM's text."""
    nodes = dict(re.findall(r"^(!\d+) = !\{(i32 \d+, i32 \d+, i32 \d+)\}", text, re.M))
    sizes = {}
    for name, rest in re.findall(r"^define [^@]*spir_kernel void @(\w+)\((.*)$", text, re.M):
        sizes[name] = _size(nodes, rest)
    for name, rest in re.findall(r"^define [^@]*amdgpu_kernel void @(\w+)\((.*)$", text, re.M):
        sizes[name] = _size(nodes, rest)
    return sizes


def _size(nodes, rest):
    found = re.search(r"!reqd_work_group_size (!\d+)", rest)
    return [int(word.split()[1]) for word in nodes[found.group(1)].split(", ")] if found else [1, 1, 1]


def nvidia_occupancy(target, threads, registers, local):
    """Share of a unit's warps: registers are given to warps by 256, memory to groups by 128 bytes."""
    warps, memory = NVIDIA[target]
    of_group = math.ceil(threads / 32)
    by_registers = 65536 // (math.ceil(registers * 32 / 256) * 256) // of_group
    reserved = 0 if target == "sm_70" else 1024
    by_memory = memory * 1024 // max(1, math.ceil((local + reserved) / 128) * 128)
    return min(by_registers, by_memory, warps // of_group, 32) * of_group / warps


def amd_occupancy(target, threads, registers, local):
    """Share of a unit's waves: 512 vector registers of a lane, given by 8, and at most 8 waves a SIMD."""
    waves, memory = AMD[target]
    of_group = math.ceil(threads / 64)
    by_registers = min(8, 512 // max(8, math.ceil(registers / 8) * 8)) * 4 // of_group
    by_memory = memory * 1024 // local if local else waves
    return min(by_registers, by_memory, waves // of_group) * of_group / waves


def read_nvidia(base, target, run):
    sizes = group_sizes(open(f"{base}.ll").read())
    text = open(f"{base}.s").read()

    # clang leaves the size of a group out; the assembler may need it to know how many registers there are.
    def entry(match):
        x, y, z = sizes[match.group(2)]
        return f"{match.group(1)}\n.reqntid {x}, {y}, {z}\n{{"

    text = re.sub(r"(\.entry (\w+)\([^)]*\))\s*\{", entry, text)
    open(f"{base}.ptx", "w").write(text)
    log = run("ptxas", f"-arch={target}", "-v", f"{base}.ptx", "-o", f"{base}.cubin")
    # PyPI has no disassembler for Volta.
    loops = nvidia_loops(run("nvdisasm", "-c", f"{base}.cubin")) if target != "sm_70" else {}
    kernels = []
    for part in log.split("Compiling entry function '")[1:]:
        name = part.split("'")[0]
        stack, stores, loads = map(int, re.search(
            r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", part).groups())
        registers = int(re.search(r"Used (\d+) registers", part).group(1))
        found = re.search(r"(\d+) bytes smem", part)
        local = int(found.group(1)) if found else 0
        threads = math.prod(sizes[name])
        kernels.append(Kernel(
            name, threads, registers, stack, stores + loads, local,
            nvidia_occupancy(target, threads, registers, local), loops.get(name, {})))
    return kernels


def read_amd(base, target, run):
    sizes = group_sizes(open(f"{base}.ll").read())
    text = open(f"{base}.s").read()
    kernels = []
    for part in text.split("  - .args:")[1:]:
        values = dict(re.findall(r"^    \.(\w+): +(\S+)$", part, re.M))
        name, threads = values["name"], math.prod(sizes[values["name"]])
        registers = int(values["vgpr_count"]) + int(values.get("agpr_count", 0))
        local = int(values["group_segment_fixed_size"])
        # Scalar registers spill into lanes of vector registers, not into memory.
        spills = int(values["vgpr_spill_count"])
        kernels.append(Kernel(
            name, threads, registers, int(values["private_segment_fixed_size"]), spills, local,
            amd_occupancy(target, threads, registers, local), {}))
    return kernels


KINDS = [("fma", r"FFMA"), ("arithmetic", r"FADD|FMUL|MUFU|FSEL|FSETP|FMNMX"), ("local", r"LDS|STS"),
         ("global", r"LDG|STG|LD\b|ST\b"), ("private", r"LDL|STL"), ("barrier", r"BAR")]


def nvidia_loops(text):
    """Counts of each kernel's loop with most multiply-adds, none of them in a loop in it, and `around` of the
    instructions of the next loop around it."""
    loops = {}
    for part in re.split(r"^\.text\.", text, flags=re.M)[1:]:
        name = part.split(":")[0]
        labels, code = {}, []
        for line in part.splitlines():
            label = re.match(r"(\.L_\S+):", line)
            if label:
                labels[label.group(1)] = len(code)
            found = re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(.*?);", line)
            if found:
                code.append(found.group(1))
        jumps = [(labels[target], at) for at, line in enumerate(code)
                 for target in re.findall(r"\bBRA\b.*`\((\.L_\S+?)\)", line)
                 if target in labels and labels[target] <= at and labels[target] != at]
        counts = {jump: count(code[jump[0]:jump[1] + 1]) for jump in jumps}

        def inside(inner, outer):
            return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]

        inner = [jump for jump in jumps if not any(inside(other, jump) and counts[other]["fma"] for other in jumps)]
        loops[name] = {}
        if inner:
            jump = max(inner, key=lambda jump: (counts[jump]["fma"], counts[jump]["all"]))
            around = min((counts[other]["all"] for other in jumps if inside(jump, other)), default=counts[jump]["all"])
            loops[name] = {**counts[jump], "around": around - counts[jump]["all"]}
    return loops


def count(code):
    counts = collections.Counter({kind: 0 for kind, _ in KINDS}, all=len(code))
    for line in code:
        word = re.sub(r"^@!?\w+ +", "", line)
        for kind, pattern in KINDS:
            if re.match(pattern, word):
                counts[kind] += 1
                break
    return dict(counts)
