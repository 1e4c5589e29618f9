import pytest

from memorylab.rllib import ppo_config

pytestmark = pytest.mark.ray


def test_rows_hold_the_longest_episode_and_the_step_that_rllib_appends():
    def length(*args, **kwargs):
        return ppo_config(*args, **kwargs).rl_module_spec.model_config["max_seq_len"]

    assert length("RepeatPreviousEasy") == 52
    assert length("TMaze", environment_config={"corridor_length": 5}) == 21
    assert length("TMaze", max_seq_len=9) == 9


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("RepeatPreviusEasy",), {}, "Did you mean 'RepeatPreviousEasy'"),
        (("TMaze", "dcn"), {}, "'dcn' is not a known memory model.*Did you mean 'dnc'"),
        (("TMaze",), {"encoder_size": 3}, "Did you mean 'encoder_sizes'"),
        (("TMaze",), {"environment_config": {"length": 3}}, "corridor_length"),
    ],
)
def test_unknown_names_are_refused_before_anything_starts(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        ppo_config(*arguments, **options)
