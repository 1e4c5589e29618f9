from __future__ import annotations

import math

import pytest
import torch

from memorylab.memory import DNC, GRU, FeedForward, WithReadout
from memorylab.tasks import Copy
from memorylab.training import bit_error, bit_loss, train

TASK = Copy(word_size=2, max_length=2)


def small_model(seed: int = 0) -> WithReadout:
    torch.manual_seed(seed)
    return WithReadout(GRU(TASK.input_size, hidden_size=32), TASK.output_size)


def test_a_memory_learns_to_copy_and_training_stops_when_it_does():
    model = small_model()
    history = train(model, TASK, steps=1000, stop_below=0.01, progress=False)
    assert history.solved
    assert history.step[-1] < 1000
    assert bit_error(model, TASK) < 0.01
    assert history.loss[-1] < history.loss[0]


def test_a_dnc_learns_to_copy():
    torch.manual_seed(0)
    task = Copy()
    model = DNC(task.input_size, task.output_size)
    history = train(model, task, steps=800, stop_below=0.01, progress=False)
    assert history.solved


def test_a_model_without_memory_only_guesses():
    torch.manual_seed(0)
    model = WithReadout(FeedForward(TASK.input_size, 32), TASK.output_size)
    history = train(model, TASK, steps=200, stop_below=0.1, progress=False)
    assert not history.solved
    assert history.step[-1] == 200
    assert bit_error(model, TASK) > 0.35


def test_training_to_the_end_takes_every_measurement():
    history = train(
        small_model(), TASK, steps=25, evaluate_every=10, stop_below=None, progress=False
    )
    assert history.step == [10, 20, 25]
    assert len(history.loss) == len(history.bit_error) == len(history.seconds) == 3
    assert not history.solved


def test_the_same_seeds_give_the_same_run():
    runs = [train(small_model(1), TASK, steps=20, seed=3, progress=False) for _ in range(2)]
    assert runs[0].loss == runs[1].loss
    assert train(small_model(1), TASK, steps=20, seed=4, progress=False).loss != runs[0].loss


def test_every_parameter_is_trained():
    model = small_model()
    before = [parameter.clone() for parameter in model.parameters()]
    train(model, TASK, steps=2, progress=False)
    for old, new in zip(before, model.parameters(), strict=True):
        assert not torch.equal(old, new)


def test_gradients_are_clipped(monkeypatch):
    norms = []
    clip = torch.nn.utils.clip_grad_norm_

    def spy(parameters, max_norm):
        norms.append(max_norm)
        return clip(parameters, max_norm)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", spy)
    train(small_model(), TASK, steps=3, clip_norm=0.25, progress=False)
    assert norms == [0.25] * 3


def test_an_untrained_model_guesses_and_the_loss_of_zero_logits_is_ln_2():
    model = small_model()
    assert 0.3 < bit_error(model, TASK) < 0.7
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    batch = TASK.sample(8, torch.Generator().manual_seed(0))
    assert bit_loss(model, batch).item() == pytest.approx(math.log(2))


def test_bit_error_counts_only_the_steps_that_matter():
    class Oracle(WithReadout):
        """Right at the steps that count, wrong at all others."""

        def forward(self, z, seq_lens):
            assert z.shape[0] == 128
            batch = TASK.sample(128, torch.Generator().manual_seed(10_000))
            assert torch.equal(batch.input, z)
            right = 2 * batch.target - 1
            return torch.where(batch.mask.unsqueeze(-1), right, torch.ones_like(right)), {}

    assert bit_error(Oracle(GRU(TASK.input_size), TASK.output_size), TASK) == 0


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"input_size is 9, but Copy\(.*needs 3"):
        train(DNC(9, 2), TASK, progress=False)
    with pytest.raises(ValueError, match=r"output_size is 64.*WithReadout"):
        bit_error(GRU(3), TASK)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        train(small_model(), TASK, steps=0, progress=False)


def test_a_loss_that_explodes_is_reported():
    model = small_model()
    with torch.no_grad():
        model.readout.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match=r"became nan at step 1.*smaller learning_rate"):
        train(model, TASK, progress=False)


def test_an_interrupt_keeps_the_weights_learnt_so_far(monkeypatch):
    model = small_model()
    before = model.readout.weight.clone()
    draws = []
    sample = Copy.sample

    def interrupted(self, batch_size, generator):
        draws.append(batch_size)
        if len(draws) == 5:
            raise KeyboardInterrupt
        return sample(self, batch_size, generator)

    monkeypatch.setattr(Copy, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(model, TASK)
    assert not torch.equal(before, model.readout.weight)
