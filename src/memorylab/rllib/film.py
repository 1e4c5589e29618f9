"""A film of an agent's training: its memory, and what a checkpoint keeps of the film."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from memorylab.memory.trace import MemoryTrace
from memorylab.rllib.checkpoints import FILM
from memorylab.rllib.module import MemoryRLModule
from memorylab.training import Film, History


class AgentMemory:
    """The memory of an agent as a film sees it: behind the encoder, fed with observations.

    If actor and critic each have a memory, this is the actor's.
    """

    def __init__(self, module: MemoryRLModule):
        self.networks = module.networks

    @torch.no_grad()
    def trace(self, observations: Float[np.ndarray, "T F"]) -> MemoryTrace:
        """Run one sequence of flattened observations and return everything that happened."""
        given = torch.as_tensor(observations)
        features = self.networks.encoder(given.unsqueeze(0))[0]  # [T, F]
        return self.networks.memory.trace(features).with_arrays(observation=given.numpy())


def begin_film(film: Film | None, checkpoint: Path | None) -> None:
    """Take over the film in a checkpoint, or make sure that this one is new.

    Raises:
        ValueError: The film already shows another training, or the checkpoint's another sequence.

    Warns:
        UserWarning: Either the checkpoint or ``train_ppo`` has a film, but not both.
    """
    has_film = checkpoint is not None and (checkpoint / FILM).exists()
    if film is None:
        if has_film:
            warnings.warn(
                f"The checkpoint {checkpoint} has a film, but the training goes on without: the "
                "next checkpoint drops it. Pass film=Film(...) of the same sequence to continue "
                "it.",
                stacklevel=2,
            )
    elif checkpoint is not None and has_film:
        film.resume(Film.load(checkpoint / FILM))
    else:
        film.check_new()
        if checkpoint is not None:
            warnings.warn(
                f"The checkpoint {checkpoint} has no film: this one begins with the checkpoint, "
                "not with step 0.",
                stacklevel=2,
            )


def see_agent(film: Film | None, module: MemoryRLModule, history: History, last: bool) -> None:
    """Let a film, if there is one, see an agent after an update."""
    if film is not None:
        film.see(int(history.last("env_steps")), AgentMemory(module), last=last)
