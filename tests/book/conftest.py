import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
sys.path.insert(0, str(BOOK))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the book where no network answers; return the folder of its pages."""
    folder = tmp_path_factory.mktemp("book")
    nowhere = "http://127.0.0.1:9"
    environ = os.environ | {"http_proxy": nowhere, "https_proxy": nowhere}
    command = [sys.executable, BOOK / "build.py", folder]
    result = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith(f"The book: open {folder}")
    return folder / "html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Serve the book on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
