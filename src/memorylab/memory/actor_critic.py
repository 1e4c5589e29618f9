"""An actor and a critic that see the world through a memory model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from memorylab.memory.model import MemoryModel, State, batched
from memorylab.memory.registry import make_memory
from memorylab.memory.trace import MemoryTrace
from memorylab.networks import MlpModel
from memorylab.networks.mlp import nonlinearity_class
from memorylab.sequences.masks import mask_checked


class ActorCritic(nn.Module):
    """An encoder and a memory model, followed by the actor's head and the critic's.

    It knows no framework. RLlib's two API stacks each wrap one and add no weights of their own, so
    the same weights give the same numbers in both.

    Its state is ``{"memory": the model's state, "time": []}``, where time counts the steps of the
    episode seen so far; the memory gets it as ``t_starts``.

    Args:
        observation_size: Number of observation features F. Or a function that makes an encoder of
            another kind, with an ``output_size``, from ``encoder_sizes`` and ``nonlinearity=``, the
            class that ``encoder_nonlinearity`` names.
        num_outputs: Number of outputs A of the actor's head: what its action distribution needs.
            Or a function from the head's input size and hidden sizes to a head of another kind.
        memory: A name in ``memorylab.memory.MEMORY_MODELS``, or a class of memory models.
        memory_config: Arguments of that model, such as ``{"hidden_size": 32}``.
        encoder_sizes: Layers before the memory, each linear with a nonlinearity behind it.
        encoder_nonlinearity: Its name in ``memorylab.networks.NONLINEARITIES``.
        actor_sizes: Hidden layers of the actor's head, each linear with a leaky ReLU.
        critic_sizes: Hidden layers of the critic's head, of the same kind.
        vf_share_layers: False gives the critic an encoder and a memory of its own; the state is
            then ``{"actor": ..., "critic": ..., "time": []}``. The name is RLlib's.
        make_critic: A function from the input size and the hidden sizes of the critic's head to a
            head of another kind, or to None: the actor's outputs are then Q-values.

    Raises:
        ValueError: A size is below 1, or a name doesn't exist; the message offers the nearest one.
    """

    def __init__(
        self,
        observation_size: int | Callable[..., nn.Module],
        num_outputs: int | Callable[[int, Sequence[int]], nn.Module],
        *,
        memory: str | type[MemoryModel] = "gru",
        memory_config: Mapping[str, Any] | None = None,
        encoder_sizes: Sequence[int] = (64,),
        encoder_nonlinearity: str = "LeakyReLU",
        actor_sizes: Sequence[int] = (64,),
        critic_sizes: Sequence[int] = (64,),
        vf_share_layers: bool = True,
        make_critic: Callable[[int, Sequence[int]], nn.Module | None] | None = None,
    ):
        super().__init__()
        nonlinearity = nonlinearity_class(encoder_nonlinearity)
        self.encoders, self.memories = nn.ModuleDict(), nn.ModuleDict()
        for name in ("memory",) if vf_share_layers else ("actor", "critic"):
            if callable(observation_size):
                encoder: Any = observation_size(encoder_sizes, nonlinearity=nonlinearity)
            else:
                encoder = MlpModel(observation_size, encoder_sizes, nonlinearity=nonlinearity)
            self.encoders[name] = encoder
            self.memories[name] = make_memory(memory, encoder.output_size, **(memory_config or {}))
        remembered = self.memory.output_size
        if callable(num_outputs):
            self.actor_head = num_outputs(remembered, actor_sizes)
        else:
            self.actor_head = MlpModel(remembered, actor_sizes, num_outputs, nn.LeakyReLU)
        if make_critic is not None:
            self.critic_head = make_critic(remembered, critic_sizes)
        else:
            self.critic_head = MlpModel(remembered, critic_sizes, 1, nn.LeakyReLU)

    @property
    def memory(self) -> MemoryModel:
        """The memory whose output the actor's head reads."""
        return cast(MemoryModel, next(iter(self.memories.values())))

    @property
    def encoder(self) -> nn.Module:
        """The encoder in front of :attr:`memory`, an ``MlpModel`` unless another one was given."""
        return next(iter(self.encoders.values()))

    @property
    def output_size(self) -> int:
        """Number of features D that the actor's head reads."""
        return self.memory.output_size

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Yield the parameters that come before the actor's head."""
        yield from self.encoder.parameters()
        yield from self.memory.parameters()

    def initial_state(self) -> State:
        """Return the state at the start of an episode, without batch dimension."""
        states = {
            name: cast(MemoryModel, memory).initial_state()
            for name, memory in self.memories.items()
        }
        return states | {"time": torch.zeros((), dtype=torch.int32)}

    def forward(
        self,
        observations: Float[Tensor, "B T F"],
        state: State | None = None,
        seq_lens: Integer[Tensor, "B"] | None = None,
    ) -> tuple[Float[Tensor, "B T A"], Float[Tensor, "B T"], State]:
        """Return the inputs of the action distribution, the values, and the state after them.

        Without a critic's head these are the Q-values, and the best Q-value of each step.

        Args:
            observations: Observations, padded at the end of each row.
            state: The state before the first step; by default that of an episode's start.
            seq_lens: How many steps of each row are real; by default all.
        """
        actor, critic, state = self.remember(observations, state, seq_lens)
        outputs = self.actor_head(actor)  # [B, T, A]
        if self.critic_head is None:
            return outputs, outputs.amax(-1), state
        return outputs, self.critic_head(critic).squeeze(-1), state

    @torch.no_grad()
    def trace(self, observations: Float[Tensor | np.ndarray, "T F"]) -> MemoryTrace:
        """Run one sequence of flat observations through encoder and memory; return all of it.

        If actor and critic each have a memory, this is the actor's.
        """
        given = torch.as_tensor(observations)  # [T, F]
        features = self.encoder(given.unsqueeze(0))[0]  # [T, F]
        return self.memory.trace(features).with_arrays(observation=given.cpu().numpy())

    def remember(
        self,
        observations: Float[Tensor, "B T F"],
        state: State | None = None,
        seq_lens: Integer[Tensor, "B"] | None = None,
        only: str | None = None,
    ) -> tuple[Float[Tensor, "B T D"], Float[Tensor, "B T D"], State]:
        """Return the inputs of the actor's head and of the critic's, and the state after them.

        The two inputs are one tensor if actor and critic share their memory, or if ``only`` one of
        two memories is asked for, ``"actor"`` or ``"critic"``; the state then lacks the other's.
        """
        batch_size, max_len, _ = observations.shape
        if state is None:
            state = batched(self.initial_state(), batch_size)
        if seq_lens is None:
            seq_lens = torch.full((batch_size,), max_len, device=observations.device)
        # RLlib's batching may cast these to float.
        seq_lens, time = seq_lens.long(), state["time"].long()  # [B], [B]
        # The memory below checks the lengths.
        mask = mask_checked(seq_lens, max_len)  # [B, T]
        # The memory ignores padding, but the encoder's gradient would not.
        observations = observations.masked_fill(~mask.unsqueeze(-1), 0)
        outputs, following = [], {}
        for name, memory in self.memories.items():
            if only not in (None, name):
                continue
            features = self.encoders[name](observations)  # [B, T, F]
            output, following[name] = memory(features, state[name], time, seq_lens)  # [B, T, D]
            outputs.append(output)
        following["time"] = (time + seq_lens).int()
        return outputs[0], outputs[-1], following
