"""Where Chromium is on this machine, and how it gets there when it is not.

    python -m tests.browser.chromium              prints the path
    python -m tests.browser.chromium --install    fetches one first when there is none

A browser on the machine comes first: it is quicker than a download and gets its security updates from the system.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "OVERSIGHT_CHROMIUM"


def find_chromium() -> Path | None:
    """The first Chromium that runs: the one in OVERSIGHT_CHROMIUM, one on PATH, Playwright's own."""
    return next((path for path in _candidates() if _runs(path)), None)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get(VARIABLE):
        yield Path(named)
        return  # whoever names a browser means that one
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def _runs(path: Path) -> bool:
    """Whether it starts at all: some distributions put a note in its place that says how to install it."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_chromium() -> None:
    """Fetch a Chromium: as root the distribution's package, else Playwright's download into the user's cache."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        for step in (["update"], ["install", "--yes", "chromium"]):
            if subprocess.run(["apt-get", "--quiet", *step], env=quiet).returncode != 0:
                break
        if find_chromium():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _main() -> int:
    if find_chromium() is None and "--install" in sys.argv[1:]:
        print("No Chromium on this machine: fetching one for the browser tests ...", flush=True)
        install_chromium()
    found = find_chromium()
    if found is None:
        print(
            "The browser tests need Chromium and none could be found or fetched. Install the package "
            f"'chromium', or name a browser: {VARIABLE}=/path/to/chromium make test",
            file=sys.stderr,
        )
        return 1
    print(f"Browser tests use {found}.")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
