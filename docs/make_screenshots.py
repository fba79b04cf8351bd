"""Takes the pictures of `docs/report.md` from a run of the offline suite: `python docs/make_screenshots.py RUN`.

Needs Chromium, as the tests do. The report is rebuilt in a copy; the run stays as it is.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from analysis.report import build_report

DOCS = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(run: Path) -> None:
    """Write the three pictures."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit("there is no Chromium here: apt-get install chromium")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        page = build_report(Path(shutil.copytree(run, Path(place) / run.name)))
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        take(browser, page, "report_babel.png", width=1280, height=1500, scheme="light")
        take(browser, page, "report_babel_trie.png", width=1280, height=1330, scheme="dark", section="trie")
        take(browser, page, "report_babel_phone.png", width=390, height=1000, scheme="light")
        browser.close()


def take(browser: Browser, page: Path, name: str, *, width: int, height: int, scheme: str, section: str = "") -> None:
    """One picture, from the top of the page or of one of its sections; in the latter a mark is pointed at."""
    view = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    view.goto(page.as_uri() + (f"#{section}" if section else ""))
    if section:
        view.locator(".trie .end.wins").first.hover()
    view.screenshot(path=DOCS / name, timeout=120_000)
    view.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
