import shutil
import signal

import pytest
import torch

# The tensors of these tests are so small that threads only get into each other's way.
torch.set_num_threads(1)

# A shell that runs the tests in the background has told them, and what they start, to ignore it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def seeded():
    """Give each test the same weights, whichever tests ran before it."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def browser():
    """Start a Chromium once, if the machine has one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("needs a Chromium (`chromium`, `chromium-browser` or `google-chrome`)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # In a container Chromium has no sandbox as root, and little shared memory.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()
