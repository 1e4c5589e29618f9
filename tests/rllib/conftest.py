import pytest

from memorylab.rllib import start_ray, stop_ray


@pytest.fixture(scope="session")
def ray():
    """Ray, started once for all tests that need it."""
    start_ray()
    yield
    stop_ray()
