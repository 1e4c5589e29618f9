"""The MemoryPlayer's time from a key to changed pixels, and the size of its page.

    make bench  (or: python benchmarks/player_latency.py)

Needs a Chromium. Real keys are sent at varying moments of a frame. Two times are taken from the
browser's time stamp of the key: until the pixels of the link canvas have changed, and until the
frame that shows them begins. The second includes a wait for the screen, 8 ms on average and up to
17 ms at 60 Hz. Only keys that change the pixels are counted.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

import measuring
import torch
from playwright.sync_api import sync_playwright

from memorylab.memory import DNC
from memorylab.memory.dnc.trace import DNCTrace
from memorylab.player import MemoryPlayer

RUNS = {
    "N=64, W=16, R=4, T=100": (64, 16, 4, 100),
    "N=256, W=64, R=4, T=200": (256, 64, 4, 200),
}
KEYS = 200
LISTEN = """() => {
  window.latencies = [];
  const canvas = document.querySelector("[data-panel=link]");
  const pixels = () =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
  let before = pixels();
  let drawnAt;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...where) {
    put.apply(this, where);
    if (this.canvas === canvas) drawnAt = performance.now();
  };
  // In the capturing phase, because the player keeps its keys to itself.
  addEventListener("keydown", (event) => {
    requestAnimationFrame(() => {
      const frame = performance.now() - event.timeStamp;
      const drawn = drawnAt - event.timeStamp;
      const after = pixels();
      if (after !== before) window.latencies.push({ drawn, frame });
      before = after;
    });
  }, true);
}"""


def record(num_locations: int, word_size: int, num_read_heads: int, num_steps: int) -> DNCTrace:
    """Return the trace of an untrained DNC; its weightings are spread over all locations."""
    torch.manual_seed(0)
    sizes = {"num_locations": num_locations, "word_size": word_size}
    model = DNC(8, hidden_size=64, num_read_heads=num_read_heads, **sizes)
    return DNCTrace.record(model, torch.randn(num_steps, 8))


def main() -> None:
    """Print and save the times for each size."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        raise SystemExit(f"Found none of {', '.join(names)} in the PATH. Install Chromium.")
    runs = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, sizes in RUNS.items():
            path = MemoryPlayer(record(*sizes), level="everything").to_html(
                Path(folder) / "run.html"
            )
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            start = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("[data-ready]")
            ready = time.perf_counter() - start
            page.locator("input[type=range]").focus()
            page.evaluate(LISTEN)
            for key in range(KEYS):
                # Forward, back and leaps, at varying phases of a frame.
                page.keyboard.press(("ArrowRight", "ArrowRight", "PageDown", "ArrowLeft")[key % 4])
                if key % 20 == 19:
                    page.keyboard.press("Home")
                page.wait_for_timeout(20 + 7 * (key % 5))
            page.wait_for_timeout(200)
            latencies = page.evaluate("window.latencies")
            megabytes = path.stat().st_size / 1e6
            print(f"{name}: page {megabytes:.2f} MB, ready in {ready:.2f} s, {len(latencies)} keys")
            runs[name] = {
                "page_megabytes": measuring.rounded(megabytes),
                "seconds_until_ready": measuring.rounded(ready),
                "keys": len(latencies),
            }
            for event, label in {"drawn": "pixels changed", "frame": "frame shows them"}.items():
                percentiles = statistics.quantiles([one[event] for one in latencies], n=100)
                print(f"  {label}: p50 {percentiles[49]:.1f} ms, p95 {percentiles[94]:.1f} ms")
                runs[name][label] = {
                    "p50_milliseconds": measuring.rounded(percentiles[49]),
                    "p95_milliseconds": measuring.rounded(percentiles[94]),
                }
            page.close()
        browser.close()
    measuring.save("player_latency", {"runs": runs})


if __name__ == "__main__":
    main()
