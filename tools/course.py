"""Commands for authors of the course: ``python -m tools.course COMMAND``.

Run them where ``notebooks/`` is, or name the files.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError

from memorylab.files import write_atomically
from tools import binder, counts, execution, guard, names
from tools.navigation import generated_texts
from tools.table import chosen


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0 on success, 1 on failure, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.course")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, function in COMMANDS.items():
        part = commands.add_parser(command, help=function.__doc__)
        part.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all")
        part.set_defaults(function=function)
    commands.add_parser("environment", help=environment.__doc__)
    options = parser.parse_args(arguments)
    if options.command == "environment":
        return environment()
    return options.function(chosen(options.files, parser))


def environment() -> int:
    """make binder/environment.yml from environment.yml"""
    text = Path("environment.yml").read_text(encoding="utf-8")
    with write_atomically(Path("binder", "environment.yml")) as temporary:
        temporary.write_text(binder.binder_environment(text), encoding="utf-8")
    return 0


def nav(files: list[Path]) -> int:
    """make the generated parts of notebooks, README and instructor's pages anew"""
    for file in files:
        if execution.refresh(file):
            print(f"{file.name}: new generated parts")
    for path, text in generated_texts(files[0].parent.parent).items():
        if text != path.read_text(encoding="utf-8"):
            with write_atomically(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
            print(f"{path.name}: new generated parts")
    return 0


def execute(files: list[Path]) -> int:
    """execute notebooks and store them"""
    return _run_all(files, execution.execute)


def measure(files: list[Path]) -> int:
    """execute notebooks without storing them; show time and peak memory"""

    def run(file: Path) -> execution.Cost:
        return execution.run(execution.nbformat.read(file, as_version=4), file.parent)

    return _run_all(files, run)


def run_on_binder(files: list[Path]) -> int:
    """execute notebooks on one core, as on Binder, and fail if they exceed its limits"""
    print("| notebook | seconds on one core | GB at most |\n|---|---|---|")
    total, largest, failed = 0.0, 0.0, []
    for file in files:
        notebook = execution.nbformat.read(file, as_version=4)
        try:
            cost = execution.run(notebook, file.parent, limits=binder.one_core())
        except (CellExecutionError, CellTimeoutError) as error:
            failed.append(f"{file.name} failed:\n{error}")
            continue
        gigabytes = cost.peak_bytes / 1e9
        print(f"| {file.name} | {math.ceil(cost.seconds)} | {gigabytes:.2f} |", flush=True)
        if gigabytes > guard.MAX_GIGABYTES:
            failed.append(
                f"{file.name} needs {gigabytes:.2f} GB; keep it below {guard.MAX_GIGABYTES} GB, "
                "or Binder stops it"
            )
        total, largest = total + cost.seconds, max(largest, gigabytes)
    print(f"| together | {math.ceil(total)} | {largest:.2f} |")
    if total > binder.MAX_SECONDS:
        failed.append(
            f"the course takes {total:.0f} s; Binder stops it after {binder.MAX_SECONDS} s"
        )
    for line in failed:
        print(line)
    return 1 if failed else 0


def count(files: list[Path]) -> int:
    """count what every core notebook should have"""
    print(counts.table(files[0].parent))
    return 0


def list_names(files: list[Path]) -> int:
    """list where each name of rlpyt's, POPGym's and RLlib's documents is taught and tested"""
    print(names.table(files[0].parent.parent))
    return 0


def check(files: list[Path]) -> int:
    """list the faults of notebooks, and the cells that are not compared"""
    found = [fault for file in files for fault in guard.faults(file)]
    for line in [*(line for file in files for line in guard.skips(file)), *found]:
        print(line)
    print(f"{len(files)} notebooks, {len(found)} faults")
    return 1 if found else 0


def _run_all(files: list[Path], run) -> int:
    failed = 0
    for number, file in enumerate(files, start=1):
        print(f"[{number}/{len(files)}] {file.name} … ", end="", flush=True)
        try:
            cost = run(file)
        except (CellExecutionError, CellTimeoutError) as error:
            failed += 1
            print(f"failed, left as it was:\n{error}")
            continue
        # Rounded up, because the header of a notebook gives an upper limit.
        gigabytes = math.ceil(cost.peak_bytes / 1e8) / 10
        print(f"{math.ceil(cost.seconds)} s, {gigabytes:.1f} GB")
    return 1 if failed else 0


COMMANDS = {
    "execute": execute,
    "nav": nav,
    "check": check,
    "count": count,
    "names": list_names,
    "measure": measure,
    "binder": run_on_binder,
}

if __name__ == "__main__":
    sys.exit(main())
