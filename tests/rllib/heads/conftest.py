import gymnasium as gym
import pytest

from memorylab.environments import TwoDials
from memorylab.environments import make as environments


class TupleDials(TwoDials):
    """The same lock, for actions that come as a tuple."""

    def __init__(self):
        super().__init__()
        self.action_space = gym.spaces.Tuple([gym.spaces.Discrete(4)] * 2)


@pytest.fixture
def dials(monkeypatch):
    """The environment TupleDials, by its name."""
    known = environments._own_environments()
    monkeypatch.setattr(
        environments, "_own_environments", lambda: {**known, "TupleDials": TupleDials}
    )
