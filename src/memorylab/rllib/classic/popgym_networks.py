"""POPGym's layers around a memory, as a plain module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.networks import clamp_parameter
from memorylab.rllib.classic.embeddings import make_embedding
from memorylab.sequences import sequence_mask


class PopgymNetworks(nn.Module):
    """Feature map, embedding of time, preprocessor, memory, postprocessor, actor and critic.

    The counterpart of :class:`memorylab.memory.ActorCritic`; neither knows a framework. Its
    state is a list: the memory's tensors, and last how many steps of the episode were seen ``[1]``.

    Args:
        observation_size: Number of observation features O.
        num_outputs: Number of outputs A of the actor's last layer. Or a function that makes this
            layer, from the number of features it reads, ``postprocessor_output_size``.
        max_seq_len: Expected length of an episode, for the embedding of time.
        config: Every key of :attr:`BaseModel.BASE_CONFIG`, which says what they mean.
        memory: An object with POPGym's two methods ``initial_state`` and ``forward_memory``: see
            :class:`BaseModel`. The weights of its memory belong into ``core``.

    Raises:
        ValueError: Sizes don't fit each other, or the embedding or its mode doesn't exist.
        TypeError: A size is not an integer, or a module is not one.
    """

    def __init__(
        self,
        observation_size: int,
        num_outputs: int | Callable[[int], nn.Module],
        max_seq_len: int,
        config: Mapping[str, Any],
        memory: Any,
    ):
        super().__init__()
        self.config = config
        for key in ("hidden_size", *(key for key in config if key.endswith("put_size"))):
            check_count(config[key], key)
        # In a tuple, so that PyTorch doesn't register it: it may be the module that holds this one.
        self._memory = (memory,)

        mapped = config["preprocessor_input_size"]
        self.embedding = self._make_embedding(max_seq_len)
        if self.embedding is not None:
            if config["scale_embedding"]:
                self.embedding_strength = nn.Parameter(torch.tensor([0.5]))
            if config["embedding_mode"] == "cat":
                mapped -= config["embedding_size"]
        # Keep the order of these lines: stored optimizers rely on the order of the parameters.
        self.feature_map = nn.Sequential(
            nn.Linear(observation_size, mapped), nn.LayerNorm(mapped, elementwise_affine=False)
        )
        self.pre, _ = self._part(
            "preprocessor", config["preprocessor_input_size"], config["preprocessor_output_size"]
        )
        self.core: nn.Module = nn.Identity()
        self.post, self.output_size = self._part("postprocessor", config["hidden_size"])
        self.actor = self._head("actor", num_outputs)
        self.critic = self._head("critic", 1)
        for part in (self.feature_map, self.pre, self.post, self.actor[0], self.critic[0]):
            part.apply(_make_orthogonal)

    @property
    def actor_head(self) -> nn.Module:
        """Maps features ``[B, T, D]`` to the inputs of the action distribution ``[B, T, A]``."""
        return self.actor

    @property
    def critic_head(self) -> nn.Module:
        """Maps features ``[B, T, D]`` to the values ``[B, T, 1]``."""
        return self.critic

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Yield the parameters that come before the actor."""
        for name, parameter in self.named_parameters():
            if not name.startswith(("actor.", "critic.")) and parameter.requires_grad:
                yield parameter

    def initial_state(self) -> list[Tensor]:
        """Return the state at the start of an episode, without batch dimension."""
        return [*self._memory[0].initial_state(), torch.zeros(1, dtype=torch.long)]

    def remember(
        self,
        observations: Float[Tensor, "B T O"],
        state: list[Tensor] | None = None,
        seq_lens: Int[Tensor, "B"] | None = None,
    ) -> tuple[Float[Tensor, "B T D"], Float[Tensor, "B T D"], list[Tensor]]:
        """Return the inputs of the actor and of the critic, one tensor, and the state after them.

        See :meth:`memorylab.memory.ActorCritic.remember`.

        Raises:
            ValueError: The memory puts out another shape than it must.
        """
        batch_size, max_len, _ = observations.shape
        device = observations.device
        if state is None:
            initial = [tensor.to(device) for tensor in self.initial_state()]
            state = [tensor.expand(batch_size, *tensor.shape) for tensor in initial]
        if seq_lens is None:
            seq_lens = torch.full((batch_size,), max_len, device=device)
        *state, seen = state
        # RLlib's batching may cast these to float.
        t_starts, seq_lens = seen.long().squeeze(1), seq_lens.long()  # [B], [B]

        # Models written for POPGym expect rows that end with the longest.
        longest = int(seq_lens.max())
        padding = ~sequence_mask(seq_lens, max_len)[:, :longest].unsqueeze(-1)  # [B, T', 1]
        x = observations[:, :longest].to(next(self.parameters()).dtype)
        x = self.feature_map(x.masked_fill(padding, 0))
        if self.embedding is not None:
            x = self.apply_embedding(x, t_starts)
        y, state = self._memory[0].forward_memory(self.pre(x), state, t_starts, seq_lens)
        expected = (batch_size, longest, self.config["hidden_size"])
        if y.shape != expected:
            raise ValueError(
                f"forward_memory of {type(self._memory[0]).__name__} must put out "
                f"[B, T, hidden_size] = {list(expected)}, but put out {list(y.shape)}."
            )
        features = self.post(y).masked_fill(padding, 0)
        features = nn.functional.pad(features, (0, 0, 0, max_len - longest))  # [B, T, D]
        return features, features, [*state, (t_starts + seq_lens).unsqueeze(1)]

    def apply_embedding(
        self, x: Float[Tensor, "B T F"], t_starts: Int[Tensor, "B"]
    ) -> Float[Tensor, "B T P"]:
        """Tell each step of the mapped observations its time, of which ``t_starts`` have passed.

        The result has P = ``preprocessor_input_size`` features.
        """
        steps = t_starts.unsqueeze(1) + torch.arange(x.shape[1], device=x.device)  # [B, T]
        assert self.embedding is not None
        embedding = self.embedding(steps).to(x.dtype)  # [B, T, E]
        if self.config["scale_embedding"]:
            strength = clamp_parameter(self.embedding_strength, 0, 1)
            x, embedding = (1 - strength) * x, strength * embedding
        if self.config["embedding_mode"] == "cat":
            return torch.cat([embedding, x], dim=-1)
        return x + nn.functional.pad(embedding, (0, x.shape[-1] - embedding.shape[-1]))

    def _make_embedding(self, max_seq_len: int) -> nn.Module | None:
        mode, size = self.config["embedding_mode"], self.config["embedding_size"]
        if mode not in ("add", "cat"):
            raise ValueError(f"embedding_mode must be 'add' or 'cat', but is {mode!r}.")
        if self.config["embedding"] is None:
            return None
        features = self.config["preprocessor_input_size"]
        if mode == "cat" and size is None:
            raise ValueError("embedding_mode 'cat' needs an embedding_size, but it is None.")
        size = features if size is None else check_count(size, "embedding_size")
        available = features - (mode == "cat")  # The observation needs a feature too.
        if size > available:
            raise ValueError(
                f"embedding_size {size} doesn't fit: with embedding_mode {mode!r} and "
                f"preprocessor_input_size {features} it is at most {available}."
            )
        return make_embedding(self.config["embedding"], max_seq_len, size)

    def _head(self, key: str, outputs: int | Callable[[int], nn.Module]) -> nn.Sequential:
        size = self.config["postprocessor_output_size"]
        if callable(outputs):
            last = outputs(size)
        else:
            last = nn.Linear(size, check_count(outputs, "num_outputs"))
            nn.init.normal_(last.weight, std=0.01)
        return nn.Sequential(self._part(key, self.output_size, size)[0], last)

    def _part(
        self, key: str, input_size: int, output_size: int | None = None
    ) -> tuple[nn.Module, int]:
        """Return the module under ``key``, and the size of its output."""
        module = self.config[key]
        if module is None and key in ("preprocessor", "postprocessor"):
            module = nn.Identity()
        elif module is None:
            assert output_size is not None  # The actor's and the critic's are given.
            module = nn.Sequential(nn.Linear(input_size, output_size), nn.LeakyReLU())
        if not isinstance(module, nn.Module):
            raise TypeError(f"{key} must be a torch.nn.Module or None, but is {module!r}.")
        # Try it now, so that sizes that don't fit are found here and not in the first batch.
        try:
            with torch.no_grad():
                found = module.eval()(torch.zeros(1, 1, input_size)).shape[-1]
        except RuntimeError as error:
            raise ValueError(f"{key} must take {input_size} features, but: {error}") from error
        module.train()
        if output_size is not None and found != output_size:
            name = {"preprocessor": key}.get(key, "postprocessor") + "_output_size"
            raise ValueError(
                f"{key} puts out {found} features, but {name} is {output_size}. Set {name} to "
                f"{found}, or change the module."
            )
        return module, found


def _make_orthogonal(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.orthogonal_(module.weight)
