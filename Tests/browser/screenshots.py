#!/usr/bin/env python3
"""Takes the pictures of docs/: usage Tests/browser/screenshots.py REPORT.html FOLDER"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402

page, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
browser = Browser()
for name, width, height, dark in [
    ("report-light", 1280, 1500, False), ("report-dark", 1280, 1000, True), ("report-narrow", 400, 1200, False),
]:
    browser.look(width, height, dark)
    browser.open(page.as_uri())
    if browser.value("document.documentElement.scrollWidth") > width:
        raise SystemExit(f"{page} is wider than {width} pixels")
    browser.screenshot(folder / f"{name}.png")
others = [request for request in browser.requests if not request.startswith(("file:", "data:", "about:"))]
if others or browser.faults:
    raise SystemExit(f"requests: {others}, errors: {browser.faults}")
browser.close()
