"""Film the laboratory for the README: a DNC copies eight words, then loses the first of them.

::

    python notebooks/data/make_moving_picture.py  (it needs a Chromium)

The page itself is filmed, step by step: first the run as it was trained, then the same weights with
the first word wiped from the memory.
"""

from __future__ import annotations

import io
import runpy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from memorylab.files import write_atomically
from memorylab_course import setup

DATA = Path(__file__).parent
RUNS = {
    "copy_live": "A trained DNC copies eight words",
    "copy_wiped": "The same DNC, with its first word wiped at step 8",
}
"""Pages of the gallery, and what stands above them."""

WIDTH, HEIGHT = 900, 545
MILLISECONDS, PAUSE = 180, 1800
"""How long a step is shown, and the last step of each run."""


def frames(page: Page, address: str) -> Iterator[Image.Image]:
    """Yield a picture of each step of the run on a page of the gallery."""
    page.goto(address)
    page.wait_for_selector(".memory-player canvas")
    steps = page.evaluate("document.querySelector('.memory-player').player.steps")
    for step in range(steps):
        page.evaluate(f"document.querySelector('.memory-player').player.seek({step})")
        yield Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def main() -> None:
    """Film both runs and store ``laboratory.gif`` beside this script."""
    setup(seed=0)
    gallery = runpy.run_path(str(DATA / "make_gallery.py"))
    film, pauses = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        names = ("chromium", "chromium-browser", "google-chrome")
        path = next(filter(None, map(shutil.which, names)), None)
        # In a container Chromium has no sandbox as root, and little shared memory.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for run, title in RUNS.items():
            made = gallery[run]().to_html(Path(folder, f"{run}.html"), title=title)
            film += frames(page, made.as_uri())
            pauses.append(len(film) - 1)
        chromium.close()
    # One palette for all frames: each of its own would flicker, and take more room.
    palette = film[pauses[0]].quantize(128, dither=Image.Dither.NONE)
    film = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in film]
    durations = [PAUSE if place in pauses else MILLISECONDS for place in range(len(film))]
    with write_atomically(DATA / "laboratory.gif") as temporary:
        first, *others = film
        first.save(
            temporary, "GIF", save_all=True, append_images=others, duration=durations, loop=0
        )
    print(f"laboratory.gif: {len(film)} frames, {(DATA / 'laboratory.gif').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
