"""Heads, losses, memories and stacks combine, and spaces, memories and algorithms do.

See ``matrix_examples`` and ``space_examples``.
"""

import itertools

import pytest
import torch
from matrix_examples import (
    FEW_MEMORIES,
    HEAD_CASES,
    LOSSES,
    RUNNERS,
    every_cell,
    pairwise,
    record,
)
from space_examples import every_space_cell, refusal

from memorylab.rllib import evaluate, ppo_config
from memorylab.rllib.heads import HEADS, as_head

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("more_environments")]

FEW = pairwise(every_cell())
TRAINED = [cell for cell in every_space_cell() if refusal(cell) is None]
REFUSED = [cell for cell in every_space_cell() if refusal(cell) is not None]


def cells_to_run(cells, few):
    """Return parameters: those of few cells always, the others in the full product."""
    return [
        pytest.param(cell, id=str(cell), marks=[] if cell in few else pytest.mark.matrix)
        for cell in cells
    ]


@pytest.fixture(scope="module")
def demonstrations(tmp_path_factory):
    """Return a function from a case of a head to a file of demonstrations."""
    folder = tmp_path_factory.mktemp("experts")

    def path_of(case):
        name = "-".join([case.environment, *map(str, case.environment_config.values())])
        path = folder / f"{name}.npz"
        if not path.is_file():
            record(case, path)
        return str(path)

    return path_of


@pytest.mark.parametrize("cell", cells_to_run(every_cell(), FEW))
def test_a_cell_replays_learns_and_has_the_distribution_it_asked_for(cell, demonstrations):
    outcome = RUNNERS[cell.stack](cell, demonstrations(cell.case))
    assert len(outcome.sampled) >= 30
    assert outcome.replayed.isfinite().all()
    assert (outcome.replayed - outcome.sampled).abs().max() <= 1e-6
    expected = cell.case.log_prob(outcome.sampled, outcome.actions)
    torch.testing.assert_close(outcome.log_prob, expected, rtol=1e-4, atol=1e-4)
    assert outcome.losses == set(LOSSES[cell.losses])
    assert outcome.unmoved == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize("cell", cells_to_run(TRAINED, pairwise(TRAINED)))
def test_every_space_trains_and_plays_with_every_memory_and_algorithm(cell):
    outcome, unmoved, agent = cell.train()
    if outcome is not None:
        assert (outcome.replayed - outcome.sampled).abs().max() <= 1e-6
        torch.testing.assert_close(outcome.log_prob, outcome.sampled_log_prob, rtol=1e-4, atol=1e-4)
    # The bias of all advantages cancels.
    assert [name for name in unmoved if not name.endswith("advantage_bias")] == []
    (episode,) = evaluate(agent, explore=True)  # It compares acting and replay, too.
    assert len(episode) == 5
    observation_space, action_space = agent.spaces
    shown = observation_space.sample()
    if "masked" in cell:
        shown["action_mask"][:] = 1
    assert action_space.contains(agent.start().act(shown))


def test_what_does_not_fit_is_refused_before_anything_starts():
    for cell in pairwise(REFUSED):
        with pytest.raises(TypeError, match=f"(?s){refusal(cell)}"):
            cell.config()


def test_few_cells_hold_every_pair():
    for first, second in itertools.combinations(range(4), 2):
        met, all_pairs = (
            {(str(cell[first]), str(cell[second])) for cell in cells}
            for cells in (FEW, every_cell())
        )
        assert met == all_pairs
    assert len(FEW) < 0.5 * len(HEAD_CASES) * len(LOSSES) * len(FEW_MEMORIES) * len(RUNNERS)


FITTING = {
    "TMaze": {"plain"},
    "TwoDials": {"plain", "autoregressive", "sequential"},
    "TupleDials": {"plain", "autoregressive", "sequential"},
    "PositionOnlyPendulumEasy": {"plain", "beta"},
    "Menu": {"parametric", "masked embedded"},
    "MaskedDials": {"parametric", "masked autoregressive"},
}


@pytest.mark.parametrize("environment", FITTING)
def test_a_head_that_does_not_fit_names_itself_and_those_that_do(environment):
    for head in [*HEADS, "masked embedded", "masked autoregressive", "masked beta"]:
        if head in FITTING[environment]:
            ppo_config(environment, head=head)
            continue
        with pytest.raises(TypeError, match=f"The head '{as_head(head)}' doesn't fit: ") as error:
            ppo_config(environment, head=head)
        advice = str(error.value).split("Heads that fit:")[1]
        assert all(f"'{name}'" in advice for name in FITTING[environment] - {"parametric"})
