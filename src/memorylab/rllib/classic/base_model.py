"""What POPGym's models have in common, as a TorchModelV2 of RLlib's old API stack."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym
import torch
from jaxtyping import Float, Int
from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
from torch import Tensor, nn

from memorylab.errors import check_count, reject_unknown_keys
from memorylab.rllib.classic.embeddings import make_embedding
from memorylab.rllib.classic.popgym_weights import convert_popgym_state_dict
from memorylab.sequences import sequence_mask


class BaseModel(TorchModelV2, nn.Module):
    """A feature map, a memory, an actor and a critic, laid out as POPGym's ``BaseModel``.

    Observations ``[B, T, O]`` pass a linear layer with LayerNorm, an embedding of time if one is
    asked for, the preprocessor, the memory, the postprocessor, and then the actor and the critic
    with a linear layer each. A subclass writes :meth:`initial_state` and :meth:`forward_memory`,
    and names its own options in ``MODEL_CONFIG``. The state that RLlib carries is a list: the
    memory's tensors, and last how many steps of the episode have been seen ``[B, 1]``.

    Options, from ``model_config["custom_model_config"]`` or as keyword arguments:

    - ``hidden_size``: what the memory puts out.
    - ``preprocessor``, ``postprocessor``, ``actor``, ``critic``: modules, each copied before use,
      so that no two models share one, nor actor and critic. None stands for the identity, and for
      actor and critic for one linear layer with a leaky ReLU. Linear weights start orthogonal.
    - ``preprocessor_input_size``, ``preprocessor_output_size``: what goes into the preprocessor,
      and what comes out.
    - ``postprocessor_output_size``: what comes out of actor and critic, in front of their last
      layer.
    - ``embedding``: a name in :data:`memorylab.rllib.classic.embeddings.EMBEDDINGS`, or None.
    - ``embedding_mode``: with ``"add"`` the embedding is added to the first ``embedding_size``
      features, by default to all; with ``"cat"`` it takes the place of the first
      ``embedding_size`` of the ``preprocessor_input_size`` features, and the observation is mapped
      to the others. (POPGym maps it to all and overwrites the first.)
    - ``embedding_size``: number of features of the embedding.
    - ``scale_embedding``: whether features and embedding are weighed, ``(1 − s) x`` and
      ``s · embedding``, with a learned strength ``s`` in [0, 1], at first 0.5.

    Args:
        obs_space: Observation space, flat as RLlib's preprocessors make it.
        action_space: Action space.
        num_outputs: Number of inputs of the action distribution.
        model_config: RLlib's model configuration, of which ``max_seq_len`` and
            ``custom_model_config`` are read.
        name: Name of the model.
        **custom_model_kwargs: Options; RLlib passes ``custom_model_config`` here once more.

    Raises:
        ValueError: An option doesn't exist, or sizes don't fit each other.
        TypeError: A size is not an integer, or a module is not one.
    """

    BASE_CONFIG: ClassVar[dict[str, Any]] = {
        "hidden_size": 256,
        "preprocessor": None,
        "postprocessor": None,
        "actor": None,
        "critic": None,
        "preprocessor_input_size": 256,
        "preprocessor_output_size": 256,
        "postprocessor_output_size": 256,
        "embedding": None,
        "embedding_size": None,
        "embedding_mode": "add",
        "scale_embedding": True,
    }
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        obs_space: gym.Space,
        action_space: gym.Space,
        num_outputs: int,
        model_config: Mapping[str, Any],
        name: str,
        **custom_model_kwargs: Any,
    ):
        nn.Module.__init__(self)
        TorchModelV2.__init__(self, obs_space, action_space, num_outputs, model_config, name)
        defaults = {**self.BASE_CONFIG, **self.MODEL_CONFIG}
        given = {**custom_model_kwargs, **(model_config.get("custom_model_config") or {})}
        reject_unknown_keys(given, defaults, f"option of the model {type(self).__name__}")
        # One by one: a module that is given twice becomes two.
        self.cfg = {key: copy.deepcopy(value) for key, value in {**defaults, **given}.items()}
        for key in ("hidden_size", *(key for key in self.BASE_CONFIG if key.endswith("put_size"))):
            check_count(self.cfg[key], key)

        check_count(num_outputs, "num_outputs")
        self.obs_dim = gym.spaces.utils.flatdim(obs_space)
        self.act_space = action_space
        self.act_dim = gym.spaces.utils.flatdim(action_space)
        self.max_seq_len = model_config["max_seq_len"]
        self.setup_embedding(self.max_seq_len)

        mapped = self.cfg["preprocessor_input_size"]
        if self.embedding is not None and self.cfg["embedding_mode"] == "cat":
            mapped -= self.cfg["embedding_size"]
        self.input_dim = self.obs_dim
        self.feature_map = nn.Sequential(
            nn.Linear(self.input_dim, mapped), nn.LayerNorm(mapped, elementwise_affine=False)
        )
        self.pre, _ = self._part(
            "preprocessor",
            self.cfg["preprocessor_input_size"],
            self.cfg["preprocessor_output_size"],
        )
        # A subclass puts its memory here.
        self.core = nn.Identity()
        self.post, size = self._part("postprocessor", self.cfg["hidden_size"])
        self.actor = self._head("actor", size, self.num_outputs)
        self.critic = self._head("critic", size, 1)
        for part in (self.feature_map, self.pre, self.post, self.actor[0], self.critic[0]):
            part.apply(_make_orthogonal)
        self.features: Tensor | None = None

    def _part(self, key: str, input_size: int, output_size: int | None = None) -> Any:
        """Return the module under ``key``, and the size of what it puts out."""
        module = self.cfg[key]
        if module is None and key in ("preprocessor", "postprocessor"):
            module = nn.Identity()
        elif module is None:
            module = nn.Sequential(nn.Linear(input_size, output_size), nn.LeakyReLU())
        if not isinstance(module, nn.Module):
            raise TypeError(f"{key} must be a torch.nn.Module or None, but is {module!r}.")
        # Tried out now, so that sizes that don't fit are found here and not in the first batch.
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

    def _head(self, key: str, input_size: int, output_size: int) -> nn.Sequential:
        size = self.cfg["postprocessor_output_size"]
        last = nn.Linear(size, output_size)
        nn.init.normal_(last.weight, std=0.01)
        return nn.Sequential(self._part(key, input_size, size)[0], last)

    def setup_embedding(self, max_seq_len: int) -> None:
        """Build ``self.embedding``, None if no embedding is asked for, and its strength.

        Args:
            max_seq_len: Expected length of an episode.

        Raises:
            ValueError: The mode or the embedding doesn't exist, or ``embedding_size`` doesn't fit
                into ``preprocessor_input_size``.
        """
        mode, size = self.cfg["embedding_mode"], self.cfg["embedding_size"]
        if mode not in ("add", "cat"):
            raise ValueError(f"embedding_mode must be 'add' or 'cat', but is {mode!r}.")
        self.embedding = None
        if self.cfg["embedding"] is None:
            return
        available = self.cfg["preprocessor_input_size"]
        if mode == "cat":
            if size is None:
                raise ValueError("embedding_mode 'cat' needs an embedding_size, but it is None.")
            # The observation needs a feature too.
            available -= 1
        size = available if size is None else check_count(size, "embedding_size")
        if size > available:
            raise ValueError(
                f"embedding_size {size} doesn't fit: with embedding_mode {mode!r} and "
                f"preprocessor_input_size {self.cfg['preprocessor_input_size']} it is at most "
                f"{available}."
            )
        self.embedding = make_embedding(self.cfg["embedding"], max_seq_len, size)
        if self.cfg["scale_embedding"]:
            self.embedding_strength = nn.Parameter(torch.tensor([0.5]))

    def initial_state(self) -> list[Tensor]:
        """Return the memory's state at the start of an episode, without batch dimension."""
        raise NotImplementedError(f"{type(self).__name__} must write initial_state.")

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: list[Tensor],
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], list[Tensor]]:
        """Run the memory over a padded batch.

        Args:
            z: Features ``[B, T, F]``, F = ``preprocessor_output_size``, padded at the end.
            state: The memory's state, each tensor ``[B, ...]``.
            t_starts: How many steps of its episode each row has behind it ``[B]``.
            seq_lens: How many steps of each row are real ``[B]``.

        Returns:
            Outputs ``[B, T, D]``, D = ``hidden_size``, and the state, shaped as it came in.
        """
        raise NotImplementedError(f"{type(self).__name__} must write forward_memory.")

    def get_initial_state(self) -> list[Tensor]:
        """Return :meth:`initial_state` and, last, the number of steps seen: ``[1]``, at first 0."""
        return [*self.initial_state(), torch.zeros(1, dtype=torch.long)]

    def preprocess_obs(
        self, obs: Float[Tensor, "BT O"], seq_lens: Int[Tensor, "B"]
    ) -> tuple[Float[Tensor, "B T O"], int, int, int]:
        """Bring RLlib's flat batch into rows, and set its padding to zero, whatever it held.

        Args:
            obs: Observations, the rows one after the other.
            seq_lens: How many steps of each row are real ``[B]``.

        Returns:
            Observations ``[B, T, O]``, B, the longest row's length T, and the length before
            RLlib's surplus padding was cut off.

        Raises:
            ValueError: The observations can't be cut into these rows.
        """
        B, T = len(seq_lens), int(seq_lens.max())
        if obs[0].numel() != self.obs_dim or len(obs) % B or len(obs) < B * T:
            raise ValueError(
                f"Observations of shape {list(obs.shape)} can't be cut into {B} rows of equal "
                f"length, at least {T}, with {self.obs_dim} features a step."
            )
        rows = obs.reshape(B, -1, self.obs_dim).to(self.feature_map[0].weight.dtype)
        padding = ~sequence_mask(seq_lens, T).unsqueeze(-1)  # [B, T, 1]
        return rows[:, :T].masked_fill(padding, 0), B, T, rows.shape[1]

    def apply_embedding(
        self, x: Float[Tensor, "B T F"], t_starts: Int[Tensor, "B"]
    ) -> Float[Tensor, "B T P"]:
        """Tell each step its time.

        Args:
            x: What the feature map put out ``[B, T, F]``.
            t_starts: How many steps of its episode each row has behind it ``[B]``.

        Returns:
            Features ``[B, T, P]``, P = ``preprocessor_input_size``.
        """
        steps = t_starts.unsqueeze(1) + torch.arange(x.shape[1], device=x.device)  # [B, T]
        embedding = self.embedding(steps).to(x.dtype)  # [B, T, E]
        if self.cfg["scale_embedding"]:
            strength = _Strength.apply(self.embedding_strength)
            x, embedding = (1 - strength) * x, strength * embedding
        if self.cfg["embedding_mode"] == "cat":
            return torch.cat([embedding, x], dim=-1)
        return x + nn.functional.pad(embedding, (0, x.shape[-1] - embedding.shape[-1]))

    def forward(
        self,
        input_dict: Mapping[str, Tensor],
        state: list[Tensor],
        seq_lens: Int[Tensor, "B"] | None,
    ) -> tuple[Float[Tensor, "BT A"], list[Tensor]]:
        """Map a batch of RLlib's to the inputs of the action distribution.

        Args:
            input_dict: Holds ``obs_flat [B·T, O]``, rows one after the other, each padded.
            state: As :meth:`get_initial_state`, each tensor ``[B, ...]``; if empty, that itself.
            seq_lens: How many steps of each row are real ``[B]``; None for rows of one step.

        Returns:
            Logits ``[B·T, A]``, and the state after each row's last real step.

        Raises:
            ValueError: The observations can't be cut into rows, the state is not one of this
                model, or the memory puts out another shape than it must.
        """
        obs = input_dict["obs_flat"]
        if seq_lens is None:
            seq_lens = torch.ones(len(obs), dtype=torch.long, device=obs.device)
        if not state:
            initial = [tensor.to(obs.device) for tensor in self.get_initial_state()]
            state = [tensor.expand(len(seq_lens), *tensor.shape) for tensor in initial]
        shapes = [[len(seq_lens), *tensor.shape] for tensor in self.get_initial_state()]
        if [list(tensor.shape) for tensor in state] != shapes:
            raise ValueError(
                f"The state of {type(self).__name__} must be tensors of the shapes {shapes}, those "
                "of get_initial_state() for each row, but they are "
                f"{[list(tensor.shape) for tensor in state]}."
            )
        # RLlib makes both floats on some of its ways.
        *state, seen = state
        t_starts, seq_lens = seen.long().squeeze(1), seq_lens.long()  # [B], [B]
        x, B, T, padded_T = self.preprocess_obs(obs, seq_lens)
        x = self.feature_map(x)
        if self.embedding is not None:
            x = self.apply_embedding(x, t_starts)  # [B, T, P]
        x, state = self.forward_memory(self.pre(x), state, t_starts, seq_lens)  # [B, T, D]
        expected = (B, T, self.cfg["hidden_size"])
        if x.shape != expected:
            raise ValueError(
                f"forward_memory of {type(self).__name__} must put out [B, T, hidden_size] = "
                f"{list(expected)}, but put out {list(x.shape)}."
            )
        padding = ~sequence_mask(seq_lens, T).unsqueeze(-1)  # [B, T, 1]
        features = self.post(x).masked_fill(padding, 0)
        # RLlib expects its surplus padding back.
        self.features = nn.functional.pad(features, (0, 0, 0, padded_T - T))
        logits = self.actor(self.features).reshape(B * padded_T, self.num_outputs)
        return logits, [*state, (t_starts + seq_lens).unsqueeze(1)]

    def value_function(self) -> Float[Tensor, "BT"]:
        """Return the critic's values for the batch that was last passed to :meth:`forward`.

        Raises:
            RuntimeError: There was none.
        """
        if self.features is None:
            raise RuntimeError("Call the model first: value_function is about its last batch.")
        return self.critic(self.features).reshape(-1)

    def load_state_dict(
        self, state_dict: Mapping[str, Tensor], strict: bool = True, assign: bool = False
    ) -> Any:
        """Load weights, those of POPGym's model of the same name and options too.

        With ``embedding_mode="cat"`` POPGym's don't fit: their feature map is larger.
        """
        state_dict = convert_popgym_state_dict(state_dict, self)
        return super().load_state_dict(state_dict, strict, assign)

    def __getstate__(self) -> dict[str, Any]:
        # What was computed last hangs on a graph, and could be neither copied nor pickled.
        return {**self.__dict__, "features": None, "_last_output": None}


class _Strength(torch.autograd.Function):
    """Clamp to [0, 1]; the gradient may pull a value from outside back in, but push none out."""

    @staticmethod
    def forward(ctx: Any, strength: Tensor) -> Tensor:
        ctx.save_for_backward(strength)
        return strength.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (strength,) = ctx.saved_tensors
        # Descent moves against the gradient.
        outward = ((strength >= 1) & (gradient < 0)) | ((strength <= 0) & (gradient > 0))
        return gradient.masked_fill(outward, 0)


def _make_orthogonal(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.orthogonal_(module.weight)
