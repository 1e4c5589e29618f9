"""Notebooks in JupyterLab and in Notebook 7: real servers, token on, loopback only."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import nbformat

KERNEL_IS_CONNECTED = """() =>
  window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus
  === "connected"
"""
APPLICATIONS = {
    "lab": ("jupyterlab", "LabApp", "lab/tree/play.ipynb"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks/play.ipynb"),
}
RUN_ALL = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
"""Not awaited: it ends when all cells have run."""


@contextlib.contextmanager
def serve(application, home, programs):
    """Start a server with a notebook for each program; yield its address and its folder.

    The address is that of the notebook ``play``.
    """
    module, name, page = APPLICATIONS[application]
    folder = home / "work"
    folder.mkdir()
    for name_of_notebook, program in programs.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(program)])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, folder / f"{name_of_notebook}.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Nothing of the user's settings, and nothing left behind in them.
    environment = os.environ | {
        key: str(home / key)
        for key in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    }
    environment |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    environment.pop("JUPYTER_TOKEN", None)
    root = ["--allow-root"] if os.geteuid() == 0 else []
    address = ("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", module, *root, "--no-browser", *address),
            f"--ServerApp.root_dir={folder}",
            f"--{name}.expose_app_in_browser=True",
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        information = wait_for(lambda: running(home / "JUPYTER_RUNTIME_DIR"), 60)
        assert information["token"]
        yield f"http://127.0.0.1:{port}/{page}?token={information['token']}", folder
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def running(folder):
    for path in folder.glob("jpserver-*.json"):
        # Empty for a moment, while the server writes it.
        return json.loads(path.read_text() or "null")
    return None


def wait_for(find, seconds):
    """Return what ``find`` finds; the wait has an end, but no test depends on its length."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = find()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing after {seconds} s")
