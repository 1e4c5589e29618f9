import pytest
from player_examples import CHROMIUM


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("needs a Chromium (`chromium`, `chromium-browser` or `google-chrome`)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # In a container Chromium has no sandbox as root, and little shared memory.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()
