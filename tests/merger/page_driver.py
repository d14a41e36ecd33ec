"""Starts a headless Chromium, and the script that measures the contrast of text on a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Names under which systems install it; without one, the browser that Playwright may have brought.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def chromium() -> Iterator:
    """A browser of Playwright; skips the test with the reason where there is none."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=found, args=[*QUIET, *(["--no-sandbox"] if root else [])])
        except sync.Error as error:
            pytest.skip(f"no Chromium to open the page with: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


# Finds all visible text whose contrast is below WCAG 2.1 AA, names on the map included.
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
