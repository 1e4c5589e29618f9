"""Self-checks of the notebook past_one_machine."""

from __future__ import annotations

from collections.abc import Callable

import torch

from memorylab_course.verdict import attempt, expect, expect_answer, expect_tensor, self_check


@self_check
def speedup(student: Callable) -> str:
    """Exercise 1: the largest speed-up that more env runners can give."""
    for sampling, learning in ((0.3, 0.1), (2.0, 2.0), (0.5, 0.0)):
        found = attempt(student, sampling, learning, 1)
        expect_answer(found, 1, {}, f"1 for one env runner, not {found}", tolerance=1e-9)
        for runners in (2, 5, 1000):
            found = attempt(student, sampling, learning, runners)
            time, shared = sampling + learning, sampling / runners
            case = f"{sampling} s of sampling, {learning} s of learning and {runners} env runners"
            expect_answer(
                found,
                time / (shared + learning),
                {
                    f"less than {runners}: learning takes as long as before": (
                        runners,
                        time / (shared + learning / runners),
                    ),
                    "how many times faster it gets, not which part of the time is left": (
                        (shared + learning) / time
                    ),
                },
                f"another number for {case}: the time before over the time after",
                tolerance=1e-9,
            )
    return "Right. A thousand env runners don't help while the learner is the slow part."


@self_check
def averaged(student: Callable) -> str:
    """Exercise 2: one gradient from those of several learners."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.zeros(3, requires_grad=True)
    for sizes in ((4, 4), (6, 2), (1, 3, 8)):
        inputs = torch.randn(sum(sizes), 3, generator=generator)  # [N, 3]
        targets = torch.randn(sum(sizes), generator=generator)  # [N]

        def gradient(rows: slice, inputs=inputs, targets=targets) -> torch.Tensor:
            loss = (inputs[rows] @ weight - targets[rows]).square().mean()
            return torch.autograd.grad(loss, weight)[0]

        ends = torch.tensor(sizes).cumsum(0).tolist()
        rows = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
        gradients = [gradient(part) for part in rows]
        copies = [part.clone() for part in gradients]
        found = attempt(student, gradients, list(sizes))
        expect_tensor(found, weight.shape)
        expect(
            all(torch.equal(a, b) for a, b in zip(gradients, copies, strict=True)),
            "the learners' gradients to stay as they are",
        )
        expect_answer(
            found,
            gradient(slice(None)),
            {
                f"a learner with more steps to count for more; here they have {sizes}": (
                    torch.stack(copies).mean(0)
                ),
                "a mean, not a sum": sum(copies),
            },
            f"the gradient of the mean over all {sum(sizes)} steps, for learners with {sizes}",
            tolerance=1e-5,
        )
    return "Right: several learners together take the step that one learner would take."


@self_check
def bigger(student: Callable) -> str:
    """Exercise 3: the same experiment on more machines."""
    from memorylab.rllib import ppo_config
    from memorylab.rllib.agent import settings_of

    plain = ppo_config("TMaze")
    config = attempt(student, ppo_config("TMaze"))
    expect(isinstance(config, type(plain)), f"the configuration, not {type(config).__name__}")
    expect(config.num_env_runners == 8, f"8 env runners, not {config.num_env_runners}")
    expect(config.num_learners == 2, f"2 learners, not {config.num_learners}")
    expect(
        config.num_gpus_per_learner == 1,
        f"one GPU for each learner, not {config.num_gpus_per_learner}",
    )
    total = config.total_train_batch_size
    expect(
        total == plain.total_train_batch_size,
        f"an update of {plain.total_train_batch_size} steps as before, not {total}: the setting "
        "counts per learner",
    )
    together = config.minibatch_size * config.num_learners
    expect(
        together == plain.minibatch_size,
        f"a gradient step of {plain.minibatch_size} steps as before, not {together}: each learner "
        "takes its own minibatch",
    )
    mine, before = settings_of(config), settings_of(plain)
    changed = [
        name
        for name in before
        if name not in ("train_batch_size_per_learner", "minibatch_size")
        and mine[name] != before[name]
    ]
    expect(not changed, f"the rest to stay as it was; {', '.join(changed)} changed")
    return "Right: more machines, the same experiment."
