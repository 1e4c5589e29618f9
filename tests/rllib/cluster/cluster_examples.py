"""What the tests of the cluster share."""

from __future__ import annotations

from memorylab.rllib.session import OBJECT_STORE_BYTES

# One worker a node, so that two of anything can't be on the same.
NODE = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES, "include_dashboard": False}
