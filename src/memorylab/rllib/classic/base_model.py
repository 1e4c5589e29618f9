"""POPGym's BaseModel, from which its models and those of its users descend."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from memorylab.errors import reject_unknown_keys
from memorylab.memory import MemoryModel, State, make_memory
from memorylab.rllib.classic.model_v2 import MemoryModelV2
from memorylab.rllib.classic.popgym_networks import PopgymNetworks
from memorylab.rllib.classic.popgym_weights import convert_popgym_state_dict
from memorylab.rllib.heads import Head
from memorylab.rllib.networks import LOSS_CONFIG
from memorylab.rllib.observations import memory_size


class BaseModel(MemoryModelV2):
    """A feature map, a memory, an actor and a critic, laid out as POPGym's ``BaseModel``.

    Observations ``[B, T, O]`` pass a linear layer with LayerNorm, an embedding of time if one is
    asked for, the preprocessor, the memory, the postprocessor, and then the actor and the critic
    with a linear layer each: see :class:`PopgymNetworks`, which this model holds as ``networks``. A
    subclass writes :meth:`initial_state` and :meth:`forward_memory`, or names one of
    ``memorylab.memory``'s models as ``MEMORY``; and it names its own options in ``MODEL_CONFIG``.
    The state that RLlib carries is a list: the memory's tensors, and last how many steps of the
    episode have been seen ``[B, 1]``.

    Options, from ``model_config["custom_model_config"]`` or as keyword arguments:

    - ``hidden_size``: number of outputs of the memory.
    - ``preprocessor``, ``postprocessor``, ``actor``, ``critic``: modules, each copied before use,
      so that no two models share one, nor actor and critic. None stands for the identity, and for
      actor and critic for one linear layer with a leaky ReLU. Linear weights start orthogonal.
    - ``preprocessor_input_size``, ``preprocessor_output_size``: number of features that the
      preprocessor reads, and that it puts out.
    - ``postprocessor_output_size``: number of features that actor and critic put out, before their
      last layer.
    - ``embedding``: a name in :data:`memorylab.rllib.classic.embeddings.EMBEDDINGS`, or None.
    - ``embedding_mode``: with ``"add"`` the embedding is added to the first ``embedding_size``
      features, by default to all; with ``"cat"`` it takes the place of the first
      ``embedding_size`` of the ``preprocessor_input_size`` features, and the observation is mapped
      to the others. (POPGym maps it to all features and overwrites the first.)
    - ``embedding_size``: number of features of the embedding.
    - ``scale_embedding``: whether features and embedding are weighed, ``(1 − s) x`` and
      ``s · embedding``, with a learned strength ``s`` in [0, 1], at first 0.5.
    - ``head``, ``losses``, ``demonstrations``, ``decoder_sizes``, ``latent_size``: as in
      :class:`MemoryModelV2`.

    Arguments are those of :class:`MemoryModelV2`. Of ``model_config``, ``max_seq_len`` and
    ``custom_model_config`` are read.

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
    MEMORY: ClassVar[str | None] = None
    """The memory's name in ``memorylab.memory.MEMORY_MODELS``, if it is one of those."""
    RENAMED: ClassVar[dict[str, str]] = {}
    """Patterns of weights' names in POPGym, and what stands for them here."""

    def complete_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options, which a subclass finds as ``cfg``, with defaults and copied modules.

        Raises:
            ValueError: An option doesn't exist.
            TypeError: The subclass writes a method that POPGym calls, but nothing here.
        """
        defaults = {**self.BASE_CONFIG, **self.MODEL_CONFIG, **LOSS_CONFIG, "head": None}
        # Subclasses written for POPGym hand no options on.
        given = {**options, **(self.model_config.get("custom_model_config") or {})}
        reject_unknown_keys(given, defaults, f"option of the model {type(self).__name__}")
        for method in ("setup_embedding", "preprocess_obs", "apply_embedding"):
            if hasattr(self, method):
                raise TypeError(
                    f"{type(self).__name__} writes {method}, but nothing calls it: PopgymNetworks "
                    "do that here. Subclass them, and override make_networks."
                )
        # One by one: a module that is given twice becomes two.
        self.cfg = {key: copy.deepcopy(value) for key, value in {**defaults, **given}.items()}
        return self.cfg

    def make_networks(self, config: Mapping[str, Any]) -> PopgymNetworks:
        """Build POPGym's layers, and the memory between them."""
        self.obs_dim = memory_size(self._space)
        self.max_seq_len = self.model_config["max_seq_len"]
        outputs: int | Callable[[int], nn.Module] = self.num_outputs
        if type(self.head).make_network is not Head.make_network:
            # Not a linear layer, but a network, with a hidden layer.
            def outputs(size: int) -> nn.Module:
                return self.head.make_network(size, (size,), self._space, self.action_space)

        networks = PopgymNetworks(
            self.obs_dim,
            outputs,
            self.max_seq_len,
            {key: config[key] for key in BaseModel.BASE_CONFIG},
            memory=self,
        )
        networks.core = self.make_core()
        return networks

    def make_core(self) -> nn.Module:
        """Build the memory ``MEMORY``; a subclass may also assign a module to ``core`` later."""
        if self.MEMORY is None:
            return nn.Identity()
        return make_memory(
            self.MEMORY,
            self.cfg["preprocessor_output_size"],
            hidden_size=self.cfg["hidden_size"],
            **self._memory_options(),
        )

    def _memory_options(self) -> dict[str, Any]:
        # What the memory's constructor gets besides the two sizes.
        return {}

    # In POPGym these are attributes of the model, which a subclass reads and replaces.
    _PARTS: ClassVar[tuple[str, ...]] = (
        *("embedding", "embedding_strength", "feature_map"),
        *("pre", "core", "post", "actor", "critic"),
    )

    def __getattr__(self, name: str) -> Any:
        return getattr(self.networks, name) if name in self._PARTS else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._PARTS:
            setattr(self.networks, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def features(self) -> Float[Tensor, "B T D"] | None:
        """Input of the actor for the batch that was last passed to :meth:`forward`."""
        return self._features

    def initial_state(self) -> list[Tensor]:
        """Return the memory's state at the start of an episode, without batch dimension."""
        state = self._core("initial_state").batch_initial_state(1)
        return [tensor.squeeze(0) for tensor in self._to_list(state)]

    def forward_memory(
        self,
        z: Float[Tensor, "B T F"],
        state: list[Tensor],
        t_starts: Int[Tensor, "B"],
        seq_lens: Int[Tensor, "B"],
    ) -> tuple[Float[Tensor, "B T D"], list[Tensor]]:
        """Run the memory over a batch that is padded at the end.

        Args:
            z: Features ``[B, T, F]``, F = ``preprocessor_output_size``.
            state: The memory's state, each tensor ``[B, ...]``.
            t_starts: How many steps of its episode each row has behind it ``[B]``.
            seq_lens: How many steps of each row are real ``[B]``.

        Returns:
            Outputs ``[B, T, D]``, D = ``hidden_size``, and the state, shaped as it came in.
        """
        core = self._core("forward_memory")
        z, following = core(z, self._to_core(state), t_starts, seq_lens)
        return z, self._to_list(following)

    def _core(self, method: str) -> MemoryModel:
        if not isinstance(self.core, MemoryModel):
            raise NotImplementedError(f"{type(self).__name__} must write {method}.")
        return self.core

    def _to_core(self, state: list[Tensor]) -> State:
        return dict(zip(self.core.initial_state(), state, strict=True))

    def _to_list(self, state: State) -> list[Tensor]:
        return [state[name] for name in self.core.initial_state()]

    def convert_state_dict(self, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return weights of release 0.1, or of POPGym's model with the same options, as ours.

        With ``embedding_mode="cat"`` POPGym's don't fit: their feature map is larger.

        Raises:
            ValueError: The weights have other sizes than the model.
        """
        return convert_popgym_state_dict(state_dict, self)

    def load_state_dict(
        self, state_dict: Mapping[str, Tensor], strict: bool = True, assign: bool = False
    ) -> Any:
        """Load weights, also those that :meth:`convert_state_dict` converts."""
        return super().load_state_dict(self.convert_state_dict(state_dict), strict, assign)
