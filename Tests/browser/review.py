#!/usr/bin/env python3
"""Reviews a purification in a real browser by the keyboard, kills the server, and checks the final dataset.

usage: Tests/browser/review.py PROGRAM [PICTURE]; with PICTURE, a screenshot of the page is kept there.
"""
import atexit
import csv
import http.client
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402

program = str(pathlib.Path(sys.argv[1]).resolve())
work = tempfile.TemporaryDirectory()
folder = pathlib.Path(work.name)


def run(*words):
    subprocess.run([program, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def serve():
    server = subprocess.Popen([program, "review", "purified"], cwd=folder, stdout=subprocess.PIPE, text=True)
    atexit.register(server.kill)
    while line := server.stdout.readline():
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/([0-9a-f]{32})/", line):
            return server, found[0], int(found[1]), found[2]
    raise SystemExit("the server ended without an address")


def status(port, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse().status


def records(name):
    """A label and the pixels of each sample."""
    data = (folder / name / "data_batch_1.bin").read_bytes()
    return [data[start:start + 3073] for start in range(0, len(data), 3073)]


def check(condition, text):
    if not condition:
        raise SystemExit("failed: " + text)
    print("ok:", text)


run("demo", "--images", "200", "--output", "demo")
run("purify", "demo/poisoned", "--denoiser", "demo/denoiser", "--noise-steps", "150", "--epochs", "4",
    "--force-verdict", "--output", "purified")
rows = list(csv.DictReader(open(folder / "purified/purified.csv")))
server, address, port, token = serve()

# Who does not know the address, or comes from another page, gets nothing.
json_type = {"Content_Type": "application/json"}
wish = json.dumps({"samples": [0], "kind": "reject"})
check(status(port, "GET", "/") == 404 and status(port, "GET", f"/{'0' * 32}/") == 404, "other addresses are refused")
check(status(port, "GET", f"/{token}/", Host="evil.example") == 421, "other host names are refused")
check(status(port, "POST", f"/{token}/decide", wish, Content_Type="text/plain") == 400, "forms are refused")
check(status(port, "POST", f"/{token}/decide", wish, Origin="http://evil.example", **json_type) == 400,
      "other origins are refused")
check(status(port, "POST", f"/{token}/decide", json.dumps({"samples": [10 ** 6], "kind": "accept"}), **json_type) == 409,
      "samples that there are not are refused")
check(status(port, "GET", f"/{token}/picture/0/candidate-99") == 404, "pictures that there are not are refused")

browser = Browser()
browser.look(1400)
browser.open(address)
browser.until("document.querySelectorAll('#samples > li').length === 60")
names = browser.value("samples.slice(0, 6).map(sample => sample.name)")
numbers = browser.value("samples.slice(0, 6).map(sample => sample.sample)")
decisions = "samples.slice(0, 6).map(sample => sample.decision ?? '')"

browser.press("a")
browser.until(f"{decisions}[0] === 'accept'")
browser.press("r")
browser.until(f"{decisions}[1] === 'reject'")
browser.press("ArrowRight", shift=True)
browser.press("ArrowRight", shift=True)
check(browser.value("document.querySelectorAll('#samples > li[aria-selected=true]').length") == 3, "three are selected")
browser.press("l")
browser.value("document.getElementById('label').value = '7'")
browser.press("Enter")
browser.until(f"{decisions}.join() === 'accept,reject,relabel,relabel,relabel,'")
browser.press("r")
browser.until("samples.filter(sample => sample.decision).length === 5 && samples[4].decision === 'reject'")
browser.press("u")
browser.until(f"{decisions}.join() === 'accept,reject,relabel,relabel,relabel,'")
check(True, "accept, leave out, relabel many, undo by the keyboard")
browser.until("document.querySelector('#details .three') !== null")
check(browser.value("document.querySelectorAll('#details img').length") >= 3, "a sample's pictures are shown")
browser.until("[...document.images].filter(image => image.loading !== 'lazy' || image.complete)"
              ".every(image => image.naturalWidth > 0 || !image.complete)")
if len(sys.argv) > 2:
    browser.screenshot(sys.argv[2])

# Decisions survive a crash.
killed = f":{port}/"
server.send_signal(signal.SIGKILL)
server.wait()
server, address, port, token = serve()
browser.open(address)
browser.until("document.querySelectorAll('#samples > li').length === 60")
check(browser.value(f"{decisions}.join()") == "accept,reject,relabel,relabel,relabel,", "decisions survive SIGKILL")
browser.value("filter.undecided.click()")
browser.until(f"count === {len(rows) - 5}")
check(browser.value("samples.every(sample => !sample.decision)"), "undecided samples alone")
browser.value("filter.label.value = '3'; filter.dispatchEvent(new Event('change'))")
browser.until("samples.length > 0 && samples.every(sample => sample.oldLabel === 3)")
check(True, "samples of one class")
hosts = {request.split("/")[2] for request in browser.requests if request.startswith("http")}
check(all(host.startswith("127.0.0.1:") for host in hosts), "no other host is asked")
# Browsers ask for an icon without the token, and what was under way when the server was killed fails.
faults = [fault for fault in browser.faults if not fault.endswith("/favicon.ico")
          and not ("net::ERR_CONNECTION" in fault and killed in fault)]
check(not faults, f"no errors in the browser: {faults}")
browser.close()
server.send_signal(signal.SIGINT)
check(server.wait(20) in (-signal.SIGINT, 130), "Ctrl-C ends the server")

run("apply", "purified", "--output", "final")
purified, poisoned = records("purified"), records("demo/poisoned")
expected = list(purified)
for sample in numbers[2:5]:
    # The label is the first byte.
    expected[sample] = bytes([7]) + poisoned[sample][1:]
del expected[numbers[1]]
check(records("final") == expected and expected != purified, "the final dataset is as decided, other samples unchanged")
table = {row["sample"]: row["decision"] for row in csv.DictReader(open(folder / "final/decisions.csv"))}
check([table.get(name) for name in names] == ["accept", "reject", "relabel", "relabel", "relabel", None],
      "decisions.csv names all five")
print("The review works.")
