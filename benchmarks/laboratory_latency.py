"""The laboratory's time from an edit to changed pixels, and the size of its page.

    make bench  (or: python benchmarks/laboratory_latency.py)

Needs a Chromium. Edits are made by keys at varying moments of a frame: half of them move a slider
that holds the write gate at step 0, so that the whole run is computed anew, and half flip a bit of
the first word. Two times are taken from the browser's time stamp of the key: until the pixels of
the output's canvas have changed, for which ``GOALS`` has a limit, and until the frame that shows
them begins, which adds a wait for the screen. Only edits that change pixels are counted. The
untrained model's numbers are soft, so that each edit changes all of them.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import measuring
import torch
from playwright.sync_api import Page, sync_playwright

from memorylab.memory import DNC
from memorylab.player import MemoryPlayer
from memorylab.tasks import Copy

WORD_BITS = 8
RUNS = {
    # Name: locations, heads, words to copy; T = 2 · words + 1.
    "copy model: N=16, R=1, T=17": (16, 1, 8),
    "N=64, R=4, T=101": (64, 4, 50),
}
GOALS = {"copy model: N=16, R=1, T=17": 33, "N=64, R=4, T=101": 120}
"""At most so many milliseconds until the pixels of 95% of the edits have changed."""
LISTEN = """() => {
  window.latencies = [];
  let started;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  let drawnAt;
  CanvasRenderingContext2D.prototype.putImageData = function (image, ...where) {
    if (this.canvas.dataset.panel?.startsWith("output")) {
      const { width, height } = this.canvas;
      const before = this.getImageData(0, 0, width, height).data.join();
      put.call(this, image, ...where);
      if (this.getImageData(0, 0, width, height).data.join() !== before)
        drawnAt = performance.now();
    } else put.call(this, image, ...where);
  };
  const wait = (deadline) => requestAnimationFrame(() => {
    const now = performance.now();
    if (drawnAt !== undefined)
      window.latencies.push({ drawn: drawnAt - started, frame: now - started });
    else if (now < deadline) wait(deadline);
  });
  addEventListener("keydown", (event) => {
    if (event.key.startsWith("Shift")) return;
    started = event.timeStamp;
    drawnAt = undefined;
    wait(performance.now() + 1000);
  }, true);
}"""


def player(num_locations: int, num_read_heads: int, num_words: int) -> MemoryPlayer:
    """Return the player of an untrained model of the sizes of the course's copy model."""
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    task = Copy(word_size=WORD_BITS, min_length=num_words, max_length=num_words)
    sizes = {"num_locations": num_locations, "num_read_heads": num_read_heads}
    model = DNC(task.input_size, task.output_size, **sizes)
    return MemoryPlayer(model, task.sample(1, generator), task=task, level="everything")


def edit(page: Page, edits: int) -> list[dict[str, float]]:
    """Make some edits by keys and return their times in milliseconds."""
    page.locator(".mp-lab [data-action=more]").click()
    page.get_by_label("what to hold").select_option(label="write gate")
    page.evaluate(LISTEN)
    slider = page.locator(".mp-lab input[type=range]")
    bit = page.locator(".mp-bits [tabindex='0']")
    for number in range(edits):
        if number % 40 == 0:
            slider.focus()
        elif number % 40 == 20:
            bit.focus()
        # Up to the middle of the slider and back, so that each key moves it.
        key = "ArrowLeft" if number % 40 < 10 else "ArrowRight"
        page.keyboard.press(key if number % 40 < 20 else "Space")
        page.wait_for_timeout(150 + 7 * (number % 5))
    page.wait_for_timeout(1000)
    return page.evaluate("window.latencies")


def measure(page: Page, path: Path, edits: int) -> dict[str, object]:
    """Return the numbers of one page, and print them."""
    start = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector("[data-ready]")
    ready = time.perf_counter() - start
    latencies = edit(page, edits)
    kilobytes = path.stat().st_size / 1e3
    print(f"  page {kilobytes:.0f} kB, ready in {ready:.2f} s, {len(latencies)} edits")
    found: dict[str, object] = {
        "page_kilobytes": measuring.rounded(kilobytes),
        "seconds_until_ready": measuring.rounded(ready),
        "edits": len(latencies),
    }
    for event, label in {"drawn": "pixels changed", "frame": "frame shows them"}.items():
        percentiles = statistics.quantiles([one[event] for one in latencies], n=100)
        print(f"  {label}: p50 {percentiles[49]:.1f} ms, p95 {percentiles[94]:.1f} ms")
        found[label] = {
            "p50_milliseconds": measuring.rounded(percentiles[49]),
            "p95_milliseconds": measuring.rounded(percentiles[94]),
        }
    return found


def main() -> None:
    """Print and save the times for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edits", type=int, default=200, help="edits of each run (default: 200)")
    parser.add_argument("--no-save", action="store_true", help="print the numbers only")
    options = parser.parse_args()
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        raise SystemExit(f"Found none of {', '.join(names)} in the PATH. Install Chromium.")
    runs = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, sizes in RUNS.items():
            print(f"{name}:")
            path = player(*sizes).to_html(Path(folder) / "laboratory.html")
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            found = measure(page, path, options.edits)
            print(f"  goal: pixels changed at p95 within {GOALS[name]} ms")
            runs[name] = found | {"goal_p95_milliseconds": GOALS[name]}
            page.close()
        browser.close()
    if not options.no_save:
        measuring.save("laboratory_latency", {"runs": runs})


if __name__ == "__main__":
    main()
