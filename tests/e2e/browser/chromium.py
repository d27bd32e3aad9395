"""A browser that is there already: nothing is ever downloaded."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Of such flags the last one holds, so what Playwright switches off stands here too. Each page that the address bar and
# the next navigation keep at the ready is a process of its own, in every window: more work than the tests themselves.
OFF = (
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess",
)  # fmt: skip
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(OFF)}",
)
MISSING = "Chromium was not found; on Debian: apt-get install chromium, else name one in GATELET_CHROMIUM"


def find() -> str | None:
    """Return the path of the browser, or None."""
    return os.environ.get("GATELET_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def must_be_there() -> bool:
    """Tell whether a missing browser is a failure: in continuous integration it is."""
    return os.environ.get("CI", "") not in {"", "0", "false"}


def launch(playwright: Playwright, path: str) -> Browser:
    """Start it headless, without sandbox, and with a fresh --user-data-dir."""
    return playwright.chromium.launch(executable_path=path, headless=True, chromium_sandbox=False, args=FLAGS)
