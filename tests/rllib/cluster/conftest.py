"""A real cluster of two nodes on this machine, each with processes and workers of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cluster_examples import NODE
from ray._common.utils import reset_ray_address
from ray.cluster_utils import Cluster

from memorylab.rllib import start_ray, stop_ray
from memorylab.rllib._ray_patches import set_environment


@pytest.fixture(scope="module")
def two_nodes():
    """A head and another node, started once for all tests of a file."""
    stop_ray()
    # Whoever runs a cluster does this first: unlike `ray.init`, `ray start` makes no token.
    set_environment()
    ray = Path(sys.executable).with_name("ray")
    subprocess.run([ray, "get-auth-token", "--generate"], check=True, capture_output=True)
    nodes = Cluster(initialize_head=True, head_node_args=NODE)
    try:
        nodes.add_node(**NODE)
        yield nodes
    finally:
        stop_ray()
        nodes.shutdown()
        reset_ray_address()


@pytest.fixture
def cluster(two_nodes):
    """The two nodes, of which this process has joined the head; the other may be killed."""
    if not two_nodes.worker_nodes:
        two_nodes.add_node(**NODE)
    start_ray(address=two_nodes.address)
    yield two_nodes
    stop_ray()
