import pytest
from matrix_examples import OWN_ENVIRONMENTS

from memorylab.environments import make as environments
from memorylab.rllib import start_ray, stop_ray


@pytest.fixture(scope="session")
def ray():
    """Ray, started once for all tests that need it."""
    start_ray()
    yield
    stop_ray()


@pytest.fixture
def more_environments(monkeypatch):
    """The environments TupleDials and MaskedDials, by their names."""
    monkeypatch.setattr(environments, "_OWN", environments._OWN | OWN_ENVIRONMENTS)
