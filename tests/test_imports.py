"""Importing any module of ours leaves the process as it was."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Everything that the modules import from elsewhere comes first, so that what differs is ours.
CODE = """
import importlib, os, pkgutil, sys
from inspect import isclass, isroutine

import gymnasium, ray, torch
import ray.rllib.algorithms.ppo
import torch._dynamo  # wraps a function of torch itself when it is imported
from ray.tune import registry

LIBRARIES = ("torch", "gymnasium", "ray")

def public_functions():
    return {
        f"{module.__name__}.{name}": value
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").partition(".")[0] in LIBRARIES
        for name, value in list(vars(module).items())
        if not name.startswith("_") and (isroutine(value) or isclass(value))
    }

def switches():
    return {
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
        "ray": ray.is_initialized(),
    }

def snapshot():
    registered = dict(registry._global_registry._to_flush)
    return dict(os.environ), public_functions(), registered, switches(), dict(gymnasium.registry)

environment, functions, registered, state, worlds = snapshot()
for package in ("memorylab", "memorylab_course"):
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        importlib.import_module(module.name)
after = snapshot()
assert len(functions) > 5_000
assert after[0] == environment, set(after[0].items()) ^ set(environment.items())
changed = [name for name, value in functions.items() if after[1].get(name) is not value]
assert not changed, changed
assert after[2] == registered, {key for key in after[2] if after[2][key] != registered.get(key)}
assert after[3] == state, after[3]
# POPGym adds its own, which is what importing POPGym is for.
others = {name: value for name, value in after[4].items() if not name.startswith("popgym-")}
assert others == worlds, others.keys() ^ worlds.keys()
"""


@pytest.mark.ray
@pytest.mark.timeout(300)
def test_importing_changes_neither_the_environment_nor_other_libraries_nor_a_registry():
    command = [sys.executable, "-W", "ignore", "-c", CODE]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
