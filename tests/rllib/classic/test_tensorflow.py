import importlib.util
import re

import gymnasium as gym
import pytest

from memorylab.published import install_hint
from memorylab.rllib.classic.tensorflow import TFMemoryModelV2

pytestmark = pytest.mark.ray


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed"
)
def test_without_tensorflow_it_says_what_to_install():
    with pytest.raises(ImportError, match=re.escape(install_hint("tensorflow"))):
        TFMemoryModelV2(gym.spaces.Box(0, 1, (3,)), gym.spaces.Discrete(2), 2, {}, "")
