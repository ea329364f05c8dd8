#!/usr/bin/env python3
"""Runs `elixir-gpu serve` as its users would, and measures it.

    Tests/service.py [--program .build/release/elixir-gpu] [--seconds 10] [--fuzz 60]

Uploads small datasets, and checks: a result has the bytes that `purify` writes; another tenant sees
nothing; a service that is killed (alone, or with its job) or stopped in the middle of a job ends with
the same bytes when it is started again; jobs are cancelled; TLS encrypts (if openssl is installed).
Prints jobs per minute, the time that status requests take while a job runs (by wrk, if there is one),
and what schemathesis finds in the OpenAPI description, if it is installed. Exits with 1 if anything
is wrong.
"""
import argparse, hashlib, http.client, io, json, os, pathlib, random, re, shutil, signal, socket, ssl, struct
import subprocess, sys, tarfile, tempfile, time, zipfile, zlib

# What holds times, and what is no result.
TIMED = {"timings.json", "report.html", ".elixir-gpu"}
TOKENS = {"alice": "a" * 32, "bob": "b" * 32}
failures = []


def check(condition, text):
    print(("ok      " if condition else "FAILED  ") + text, flush=True)
    if not condition:
        failures.append(text)


def dataset(path, count, side):
    """A zip of class folders of PNG files."""
    draw = random.Random(count)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            rows = b"".join(b"\0" + draw.randbytes(3 * side) for _ in range(side))
            chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
                      (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
            png = b"\x89PNG\r\n\x1a\n" + b"".join(
                struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
                for kind, data in chunks)
            archive.writestr(f"{number % 2}/{number:05}.png", png)
    return path


class Served:
    def __init__(self, program, folder, *options, authority=None):
        self.program, self.folder, self.options = program, folder, options
        # With a certificate that is trusted, connections are encrypted.
        self.context = ssl.create_default_context(cafile=authority) if authority else None
        lines = [f"{name} {hashlib.sha256(token.encode()).hexdigest()}\n" for name, token in TOKENS.items()]
        self.tokens = folder / "tokens"
        self.tokens.write_text("".join(lines))
        self.tokens.chmod(0o600)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "serve", "--store", self.folder / "store", "--tokens", self.tokens, "--port", "0",
             "--device", "cpu", *self.options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)", line.split("//")[1])[1])
        # The pipe must not fill up.
        subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=open(self.folder / "log", "a"))

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait()

    def ask(self, method, path, tenant="alice", body=None):
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context) if self.context
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=60))
        connection.request(method, path, body, {"Authorization": "Bearer " + TOKENS.get(tenant, tenant)})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def json(self, method, path, tenant="alice", body=None):
        return json.loads(self.ask(method, path, tenant, body)[1])

    def submit(self, path, query="random-noise?sigma=8&seed=3", tenant="alice"):
        job = self.json("POST", "/v1/purify/" + query, tenant, path.read_bytes())
        if "id" not in job:
            sys.exit(f"no job: {job}")
        return job["id"]

    def wait(self, job, *states, tenant="alice"):
        while True:
            found = self.json("GET", "/v1/jobs/" + job, tenant)
            if found["state"] in states or found["state"] in ("done", "unsure", "failed", "cancelled"):
                return found
            time.sleep(0.02)

    def files(self, job):
        """Digests of the result's files by name."""
        archive = tarfile.open(fileobj=io.BytesIO(self.ask("GET", f"/v1/jobs/{job}/result")[1]))
        return {m.name.split("/", 1)[1]: hashlib.sha256(archive.extractfile(m).read()).hexdigest()
                for m in archive if m.name.split("/")[-1] not in TIMED}

    def child(self, job):
        return int((self.folder / "store/jobs" / job / "process.lock").read_text())


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in folder.rglob("*") if p.is_file() and p.name not in TIMED}


def gone(process):
    """Whether a process has ended; one that is not waited for counts as such."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().split(") ")[1][0] == "Z"
    except FileNotFoundError:
        return True


def same_as_purify(served, small, folder):
    work = folder / "by-hand"
    work.mkdir()
    shutil.copy(small, work / "dataset.zip")
    subprocess.run(
        [served.program, "purify", "random-noise", "dataset.zip", "--sigma", "8", "--seed", "3", "--output", "purified",
         "--device", "cpu"], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    job = served.submit(small)
    check(served.wait(job)["state"] == "done", "a job is done")
    check(served.files(job) == digests(work / "purified"), "its result has the bytes that purify writes")
    status, report = served.ask("GET", f"/v1/jobs/{job}/report")
    _, numbers = served.ask("GET", f"/v1/jobs/{job}/report.json")
    check(status == 200 and report.startswith(b"<!doctype html>"), "its report is a page")
    check(str(folder).encode() not in report + numbers, "its reports name no path of the service")
    events = served.ask("GET", f"/v1/jobs/{job}/events")[1].decode()
    check(events.startswith("event: end\n"), "its events are at their end")
    return job


def isolation(served, job):
    paths = ["", "/events", "/result", "/report", "/report.json"]
    missing = "0" * 32
    same = all(served.ask(method, f"/v1/jobs/{job}{path}", "bob") == served.ask(method, f"/v1/jobs/{missing}{path}", "bob")
               and served.ask(method, f"/v1/jobs/{job}{path}", "bob")[0] == 404
               for method, path in [("GET", p) for p in paths] + [("DELETE", "")])
    check(same and served.json("GET", "/v1/jobs", "bob") == {"jobs": []},
          "a second tenant sees no job, and the first one's as one that is not there")
    check(served.ask("GET", "/v1/jobs", "nobody")[0] == 401, "without a token there is nothing")


def new_tokens(served):
    TOKENS["carol"] = "c" * 32
    before = served.ask("GET", "/v1/jobs", "carol")[0]
    with open(served.tokens, "a") as file:
        file.write(f"carol {hashlib.sha256(TOKENS['carol'].encode()).hexdigest()}\n")
    served.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    check((before, served.ask("GET", "/v1/jobs", "carol")[0]) == (401, 200), "SIGHUP makes new tokens count")


def restarts(served, large):
    """The service ends in the middle of a job."""
    before = served.submit(large)
    check(served.wait(before)["state"] == "done", "a longer job is done")
    expected = served.files(before)

    def begin():
        job = served.submit(large)
        served.wait(job, "running")
        partial = served.folder / "store/jobs" / job / "purified.partial"
        while not partial.exists():
            time.sleep(0.01)
        time.sleep(0.3)
        return job

    job = begin()
    child = served.child(job)
    served.end(signal.SIGKILL)
    ran_on = not gone(child)
    served.start()
    check(ran_on and served.wait(job)["state"] == "done" and served.files(job) == expected,
          "the service is killed: its job runs on, is watched by the next one, and has the same bytes")
    job = begin()
    child = served.child(job)
    served.end(signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    while not gone(child):
        time.sleep(0.01)
    served.start()
    check(served.wait(job)["state"] == "done" and served.files(job) == expected,
          "the service and its job are killed: the job goes on, and has the same bytes")
    job = begin()
    child = served.child(job)
    code = served.end(signal.SIGTERM)
    stopped = gone(child)
    served.start()
    check(code == 143 and stopped and served.wait(job)["state"] == "done" and served.files(job) == expected,
          "the service is stopped (exit code 143), and its job: it goes on, and has the same bytes")
    job = begin()
    served.ask("DELETE", "/v1/jobs/" + job)
    found = served.wait(job)
    check(found["state"] == "cancelled" and served.ask("DELETE", "/v1/jobs/" + job)[0] == 204
          and served.ask("GET", "/v1/jobs/" + job)[0] == 404, "a job is cancelled, and deleted")


def many(served, small, count=50):
    begin = time.monotonic()
    jobs = [served.submit(small) for _ in range(count)]
    states = {served.wait(job)["state"] for job in jobs}
    seconds = time.monotonic() - begin
    check(states == {"done"}, f"{count} jobs are done in {seconds:.1f} s: {60 * count / seconds:.0f} jobs per minute")
    for job in jobs:
        served.ask("DELETE", "/v1/jobs/" + job)


def load(served, large, seconds):
    if not shutil.which("wrk"):
        print("skipped status requests under load: wrk is not installed")
        return
    jobs = [served.submit(large) for _ in range(6)]
    served.wait(jobs[0], "running")
    text = subprocess.run(
        ["wrk", "--latency", "-t2", "-c16", f"-d{seconds}s", "-H", "Authorization: Bearer " + TOKENS["alice"],
         f"http://127.0.0.1:{served.port}/v1/jobs/{jobs[0]}"], capture_output=True, text=True).stdout
    latency = {k: v for k, v in re.findall(r"(50|99)%\s+(\S+)", text)}
    rate = re.search(r"Requests/sec:\s+(\S+)", text)[1]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    running = served.json("GET", "/v1/jobs/" + jobs[-1])["state"] in ("queued", "running")
    check(not refused and "Socket errors" not in text and running,
          f"status requests while jobs run, 16 connections: p50 {latency['50']}, p99 {latency['99']}, {rate} each second")
    for job in jobs:
        served.ask("DELETE", "/v1/jobs/" + job)


def encrypted(program, folder, small):
    if not shutil.which("openssl"):
        print("skipped TLS: openssl is not installed")
        return
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=service", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    options = ["--address", "0.0.0.0", "--tls-certificate", certificate, "--tls-key", key]
    key.chmod(0o600)
    served = Served(program, folder, *options, authority=certificate)
    try:
        job = served.submit(small)
        state = served.wait(job)["state"]
        files = served.files(job)
        events = served.ask("GET", f"/v1/jobs/{job}/events")[1]
        check(state == "done" and files and events.startswith(b"event: end\n"),
              "with a certificate it serves other machines, encrypted")
        plain = socket.create_connection(("127.0.0.1", served.port), timeout=60)
        plain.sendall(b"GET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            answer = plain.recv(100)
        except ConnectionResetError:
            answer = b""
        check(b"HTTP" not in answer, "what is not encrypted gets no answer there")
    finally:
        served.end(signal.SIGTERM)
    key.chmod(0o644)
    refused = subprocess.run(
        [program, "serve", "--store", folder / "store", "--tokens", served.tokens, *options], capture_output=True,
        text=True)
    check(refused.returncode == 1 and "make it private" in refused.stderr, "a key that others may read is refused")


def fuzz(served, seconds):
    if not shutil.which("schemathesis"):
        print("skipped the OpenAPI description under schemathesis: it is not installed")
        return
    url = f"http://127.0.0.1:{served.port}/v1/openapi.json"
    # It reads answers to their end, which that of events is not before the job's; and the first DELETE cancels a job,
    # which can be seen until the second.
    run = subprocess.run(
        ["schemathesis", "run", url, "-H", "Authorization: Bearer " + TOKENS["bob"], "--exclude-path-regex", "events",
         "--exclude-checks", "use_after_free", "--max-examples", "1000", "--max-time", str(seconds),
         "--request-timeout", "30", "--seed", "1", "--no-color"],
        cwd=served.folder, capture_output=True, text=True)
    if run.returncode:
        print(run.stdout[-8000:], run.stderr)
    cases = re.search(r"(\d[\d,]*) generated", run.stdout)
    check(run.returncode == 0, f"schemathesis finds nothing in {cases[1] if cases else 'no'} requests, {seconds} s")
    check(served.ask("GET", "/v1/health")[0] == 200, "the service goes on")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/elixir-gpu")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--fuzz", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small = dataset(folder / "small.zip", 20, 16)
        large = dataset(folder / "large.zip", 1500, 64)
        served = Served(pathlib.Path(options.program).resolve(), folder, "--queue-limit", "60")
        try:
            isolation(served, same_as_purify(served, small, folder))
            new_tokens(served)
            restarts(served, large)
            many(served, small)
            encrypted(served.program, folder / "encrypted", small)
            load(served, large, options.seconds)
            fuzz(served, options.fuzz)
            code = served.end(signal.SIGINT)
            check(code == 130, "Ctrl-C ends it with 130")
        finally:
            served.process.kill()
    sys.exit(1 if failures else 0)


main()
