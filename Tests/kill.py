#!/usr/bin/env python3
"""Kills real runs at random moments, resumes them, and compares the bytes of what they write.

    Tests/kill.py [--program .build/release/elixir-gpu] [--kills 200] [--minutes 60] [--seed 0]
                  [--scale 1] [--only NAME,…] [--folder DIR]

Each round takes one of the commands, starts it in an empty folder and ends it one to three times: at
a moment drawn from its running time, or at an operation on files drawn from all that it does, by
SIGKILL (with half of a write done), SIGINT, SIGTERM or a full disk. Then the same command runs to its
end. All files but those with times must be those of an undisturbed run, nothing may be left beside
them, and runs that were asked to stop, or found no room, must have said so with their exit code.
Prints a line for each round that fails, a table of all, and exits with 1 if any failed.

What is repeated is told by the processor's time: starting the program and reading its inputs again
counts, which is much of runs that take seconds. Trainings save their state every few seconds, so that
short ones begin anew. --scale 20 gives the commands twenty times as much to do: minutes.
"""
import argparse, hashlib, os, pathlib, random, shutil, signal, struct, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[1]
# What holds times, and what is no result.
TIMED = {"timings.json", "report.html", ".elixir-gpu"}
# Small images of four kinds, with noise: enough for every method to have something to do.
SIZE, CLASSES = 16, 4


def idx(folder, name, count, seed):
    """An IDX pair of patterns with noise."""
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    images, labels = bytearray(), bytearray()
    for number in range(count):
        label = number % CLASSES
        labels.append(label)
        shift = draw.randrange(3)
        for y in range(SIZE):
            for x in range(SIZE):
                lit = [(y + shift) // 3 % 2, (x + shift) // 3 % 2, (x + y + shift) // 4 % 2,
                       int((x - 8) ** 2 + (y - 8) ** 2 < 20 + 10 * shift)][label]
                images.append(max(0, min(255, 40 + 160 * lit + draw.randrange(-30, 31))))
    (folder / f"{name}-images-idx3-ubyte").write_bytes(
        struct.pack(">IIII", 0x803, count, SIZE, SIZE) + bytes(images))
    (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + bytes(labels))


class Case:
    """A command, which is repeated to go on."""

    def __init__(self, name, words, resume=(), codes=(0, 3)):
        self.name, self.words, self.resume, self.codes = name, words, list(resume), codes
        # Of an undisturbed run: digests by path, seconds of the processor and of the clock, operations.
        self.files, self.cost, self.seconds, self.operations = {}, 0, 0, 0
        self.kills, self.rounds, self.failures, self.repeated = 0, 0, [], []


def cases(inputs, scale):
    """The commands, with inputs that `prepare` made."""
    data, device = str(inputs / "poisoned"), ["--device", "cpu"]
    small = ["--width", "4", "--epochs", "6", "--classifier-batch", "16"]
    trusted = ["--reference", str(inputs / "trusted.txt"), "--features", str(inputs / "victim.safetensors")]
    return [
        Case("dataelixir", ["purify", data, "--denoiser", str(inputs / "denoiser"), "--rounds", "2",
                            "--noise-steps", "60", "--batch", "16", *small, *device, "--output", "out"]),
        Case("pd-autor", ["purify", "pd-autor", data, "--width", "4", "--epochs", "10", "--classifier-batch", "16",
                          "--expected-rate", "0.2", "--restorer-width", "8", "--restorer-epochs", "2",
                          "--restorer-batch", "8", *device, "--output", "out"]),
        Case("mendata", ["purify", "mendata", data, *trusted, "--rounds", str(2 + scale), *device, "--output", "out"]),
        Case("friendly-noise", ["purify", "friendly-noise", str(inputs / "few"), *small, *device, "--output", "out"]),
        Case("random-noise", ["purify", "random-noise", data, *device, "--output", "out"]),
        Case("reference-only", ["purify", "reference-only", data, *trusted[:2], *device, "--output", "out"]),
        Case("sift", ["sift", data, "--sifters", "2", "--width", "4", *device, "--output", "out",
                      "--weights", "weights.csv"]),
        Case("detect all", ["detect", "all", data, "--vote", "--scores", "scores.csv", "--width", "4",
                            "--epochs", "6", *device, "--output", "out"]),
        Case("poison", ["poison", "lira", str(inputs / "clean"), "--target", "1", "--width", "4",
                        "--epochs", "2", *device, "--output", "out"]),
        Case("mark", ["mark", str(inputs / "clean"), "--marking-network", str(inputs / "victim.safetensors"),
                      "--epochs", "10", *device, "--output", "out"]),
        Case("train classifier", ["train", "classifier", data, "--architecture", "resnet20", "--width", "4",
                                  "--epochs", "12", *device, "--output", "out.safetensors"], ["--resume"]),
        Case("train denoiser", ["train", "denoiser", str(inputs / "clean"), "--channels", "8,8", "--batch", "8",
                                "--steps", str(120 * scale), "--average", "0.9", *device, "--output", "out"],
             ["--resume"]),
        Case("suite", ["evaluate", "--suite", str(inputs / "suite.yaml"), "--output", "out", *device]),
    ]


def prepare(program, inputs, scale):
    idx(inputs / "clean", "train", 96 * scale, 1)
    idx(inputs / "test", "t10k", 40, 2)
    idx(inputs / "few", "train", 16 * scale, 3)

    def run(*words):
        done = subprocess.run([program, *words], cwd=inputs, capture_output=True, text=True)
        if done.returncode: sys.exit(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    device = ["--device", "cpu"]
    run("poison", "badnets", "clean", "--target", "1", "--rate", "0.2", "--output", "poisoned")
    run("train", "classifier", "clean", "--architecture", "resnet20", "--width", "4", "--epochs", "12",
        "--output", "victim.safetensors", *device)
    run("train", "denoiser", "clean", "--channels", "8,16", "--batch", "8", "--steps", "150",
        "--output", "denoiser", *device)
    run("detect", "knn", "poisoned", "--features", "victim.safetensors", "--k", "5", "--output",
        "trusted.txt", *device)
    lines = (inputs / "trusted.txt").read_text().splitlines(True)
    remarks = [line for line in lines if line.startswith("#")]
    (inputs / "trusted.txt").write_text("".join(remarks + lines[len(remarks):][::3]))
    (inputs / "suite.yaml").write_text(
        f"dataset: {inputs}/clean\ntest: {inputs}/test\nseeds: [0]\n"
        "training: {width: 4, epochs: 3}\nattacks:\n  - badnets: {target: 1, rate: 0.2}\n"
        "methods:\n  - none\n  - random-noise: {sigma: 8}\n"
        f"  - reference-only: {{reference: {inputs}/trusted.txt}}\n")


def digests(folder):
    """The digest of each file that must be the same, by its path; names of what else there is."""
    files, others = {}, set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        # A run's record holds times; what else is in its folder is no result.
        if any(part.endswith(".run") for part in name.parts) or not path.is_file(): continue
        if name.parts[0].startswith(".") or name.parts[0].endswith((".partial", ".lock")):
            others.add(str(name))
        elif path.name not in TIMED:
            files[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return files, others


class Runner:
    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, folder

    def start(self, case, work, resume, environment):
        words = [self.program, *case.words, *(case.resume if resume else [])]
        log = open(work.with_suffix(".log"), "ab")
        return subprocess.Popen(
            words, cwd=work, stdout=log, stderr=log,
            env={**os.environ, "LD_PRELOAD": str(self.library), **environment}, start_new_session=True)

    @staticmethod
    def wait(process, seconds=None):
        """The exit code (negative for a signal), and the processor's seconds; None if it goes on."""
        end = time.monotonic() + seconds if seconds is not None else None
        while True:
            number, status, usage = os.wait4(process.pid, 0 if end is None else os.WNOHANG)
            if number:
                process.returncode = os.waitstatus_to_exitcode(status)
                return process.returncode, usage.ru_utime + usage.ru_stime
            if time.monotonic() >= end: return None
            time.sleep(0.002)

    def measure(self, case):
        work = self.folder / "undisturbed"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        count = self.folder / "count"
        count.unlink(missing_ok=True)
        start = time.monotonic()
        code, case.cost = self.wait(self.start(case, work, False, {"ELIXIR_COUNT": str(count)}))
        case.seconds = time.monotonic() - start
        if code not in case.codes:
            sys.exit(f"{case.name}: exit code {code}\n{work.with_suffix('.log').read_text()[-2000:]}")
        # Of a suite all processes count, of which the last is the program itself.
        case.operations = int(count.read_text().split()[-1])
        case.files, others = digests(work)
        if others: sys.exit(f"{case.name}: an undisturbed run leaves {others}")
        if not case.files: sys.exit(f"{case.name}: no files")

    @staticmethod
    def was_complete(code, log):
        """Whether a run says that its output is there: it was ended after that was complete."""
        return code == 1 and "the output exists already" in log.read_text(errors="replace")[-600:]

    def round(self, case, draw, number):
        """Ends a run some times, lets it end, and says what is wrong."""
        work = self.folder / "work"
        log = work.with_suffix(".log")
        shutil.rmtree(work, ignore_errors=True)
        log.unlink(missing_ok=True)
        work.mkdir()
        spent, told, resume = 0.0, [], False
        for _ in range(draw.choice([1, 1, 2, 3])):
            kind = draw.choice(["kill", "kill at", "kill at", "interrupt", "terminate", "full at"])
            environment, moment = {}, None
            if kind.endswith(" at"):
                variable = "ELIXIR_KILL" if kind == "kill at" else "ELIXIR_FULL"
                moment = draw.randrange(1, case.operations + 1)
                environment[variable] = str(moment)
            process = self.start(case, work, resume, environment)
            resume = True
            if kind.endswith(" at"):
                done = self.wait(process)
            else:
                moment = draw.uniform(0, case.seconds)
                done = self.wait(process, moment)
                if done is None:
                    sent = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}[kind]
                    process.send_signal(sent)
                    done = self.wait(process)
            code, cost = done
            spent += cost
            told.append(f"{kind} {moment:.3g}: {code}")
            allowed = {"kill": {-9}, "kill at": {-9}, "interrupt": {130, -2}, "terminate": {143, -15}, "full at": {1}}[kind]
            if code in case.codes or self.was_complete(code, log): break
            case.kills += 1
            if code not in allowed: return f"{'; '.join(told)}: the exit code is wrong", spent
        else:
            code = None
        if code is None or code not in case.codes and not self.was_complete(code, log):
            code, cost = self.wait(self.start(case, work, resume, {}))
            spent += cost
            told.append(f"end: {code}")
        what = "; ".join(told)
        if code not in case.codes and not self.was_complete(code, log):
            return f"{what}\n{log.read_text(errors='replace')[-600:]}", spent
        files, others = digests(work)
        if others and told[-1].startswith("full"):
            # Its result found room, but not its record: the next process tidies up.
            self.wait(self.start(case, work, resume, {}))
            files, others = digests(work)
        if others: return f"{what}: left behind {sorted(others)[:5]}", spent
        wrong = sorted(name for name in files.keys() | case.files.keys() if files.get(name) != case.files.get(name))
        if wrong: return f"{what}: {len(wrong)} files differ: {', '.join(wrong[:5])}", spent
        return None, spent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/elixir-gpu"))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=int, default=1, help="how much the commands have to do")
    parser.add_argument("--only", help="names of commands, with commas")
    parser.add_argument("--folder", help="where to work, and to keep what failed (default: a new one)")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.folder or tempfile.mkdtemp(prefix="elixir-kill-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "operations.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, ROOT / "Tests/kill/operations.c", "-ldl"], check=True)
    program, inputs = str(pathlib.Path(arguments.program).resolve()), folder / "inputs"
    if not inputs.exists():
        inputs.mkdir()
        prepare(program, inputs, arguments.scale)
    chosen = cases(inputs, arguments.scale)
    if arguments.only: chosen = [case for case in chosen if case.name in arguments.only.split(",")]
    if not chosen: sys.exit("--only names no command")
    runner, draw = Runner(program, library, folder), random.Random(arguments.seed)
    for case in chosen:
        runner.measure(case)
        print(f"{case.name}: {case.seconds:.1f} s, {case.operations} operations, {len(case.files)} files", flush=True)
    end, number = time.monotonic() + 60 * arguments.minutes, 0
    while sum(case.kills for case in chosen) < arguments.kills and time.monotonic() < end:
        case = chosen[number % len(chosen)]
        number += 1
        before = case.kills
        wrong, spent = runner.round(case, draw, number)
        case.rounds += 1
        if wrong:
            case.failures.append(wrong)
            print(f"FAILED {case.name}, round {number}: {wrong}", flush=True)
            kept = folder / f"failed-{number}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder / "work", kept, symlinks=True)
        elif case.kills > before:
            case.repeated.append((spent - case.cost, case.kills - before, case.cost))
    print(f"\n{'command':<18}{'rounds':>8}{'ended':>8}{'failed':>8}{'repeated':>10}  of the work, a stop")
    for case in chosen:
        stops = sum(count for _, count, _ in case.repeated)
        share = sum(more for more, _, _ in case.repeated) / (stops * case.cost) if stops else 0
        print(f"{case.name:<18}{case.rounds:>8}{case.kills:>8}{len(case.failures):>8}{100 * share:>9.0f}%")
    failed = sum(len(case.failures) for case in chosen)
    print(f"{sum(case.kills for case in chosen)} processes ended, {failed} rounds failed; {folder}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
