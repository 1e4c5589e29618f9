"""POPGym's DiffNC, with a DNC that learns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from memorylab.errors import check_count
from memorylab.memory import DNC, State
from memorylab.rllib.classic.base_model import BaseModel

# POPGym's names in the memory's state, and those in the state of memorylab's DNC.
_NAMES = {
    "memory": "memory",
    "link_matrix": "link",
    "precedence": "precedence",
    "read_weights": "read_weighting",
    "write_weights": "write_weighting",
    "usage_vector": "usage",
}
# POPGym has a dimension of one write head here, which that DNC lacks.
_OF_WRITE_HEAD = ("link_matrix", "precedence", "write_weights")


class DiffNC(BaseModel):
    """The Differentiable Neural Computer of Graves et al., Nature 538 (2016), as an RLlib model.

    It has the name, the options and the state of POPGym's ``DiffNC``, around
    :class:`memorylab.memory.DNC`. POPGym builds its DNC in the first forward pass, after the
    optimizer, which therefore never trains it; this one is built with the model.

    Options besides those of :class:`BaseModel`, where N = ``hidden_size // cell_size`` locations:

    - ``read_heads``: number R of read heads.
    - ``cell_size``: length W of a location.
    - ``num_hidden_layers``: layers of the LSTM controller.
    - ``num_layers``: 1; POPGym knows the option, but its state has no room for more.
    - ``nonlinearity``: has no effect, here or in POPGym, as an LSTM has nonlinearities of its own.

    The memory's state is nine tensors, zero at first, with L = ``num_hidden_layers``: the
    controller's hidden vector ``[L, H]`` and cell ``[L, H]``, read vectors ``[R·W]``, memory
    ``[N, W]``, link matrix ``[1, N, N]``, precedence ``[1, N]``, read weights ``[R, N]``, write
    weights ``[1, N]``, usage ``[N]``.

    Raises:
        ValueError: ``cell_size`` is larger than ``hidden_size``, or ``num_layers`` is not 1.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {
        "num_hidden_layers": 1,
        "num_layers": 1,
        "read_heads": 4,
        "cell_size": 16,
        "nonlinearity": "tanh",
    }
    MEMORY_KEYS: ClassVar[list[str]] = list(_NAMES)

    def make_core(self) -> DNC:
        """Build the DNC, which has ``cfg["nr_cells"]`` locations."""
        hidden_size, cell_size = self.cfg["hidden_size"], self.cfg["cell_size"]
        check_count(cell_size, "cell_size")
        if cell_size > hidden_size:
            raise ValueError(
                f"cell_size {cell_size} leaves no location: there are hidden_size // cell_size of "
                f"them, and hidden_size is {hidden_size}."
            )
        if self.cfg["num_layers"] != 1:
            raise ValueError(
                f"num_layers must be 1, but is {self.cfg['num_layers']!r}: the state of nine "
                "tensors has no room for more. A deeper controller is num_hidden_layers."
            )
        if self.cfg["nonlinearity"] != "tanh":
            warnings.warn(
                f"nonlinearity {self.cfg['nonlinearity']!r} has no effect: the controller is an "
                "LSTM. Leave the option out.",
                stacklevel=4,
            )
        self.cfg["nr_cells"] = hidden_size // cell_size
        return DNC(
            self.cfg["preprocessor_output_size"],
            hidden_size=hidden_size,
            num_locations=self.cfg["nr_cells"],
            word_size=cell_size,
            num_read_heads=self.cfg["read_heads"],
            num_controller_layers=self.cfg["num_hidden_layers"],
        )

    def unpack_state(
        self, state: list[Tensor]
    ) -> tuple[list[tuple[Tensor, Tensor]], dict[str, Tensor], Tensor]:
        """Sort the memory's nine tensors, each ``[B, ...]``.

        Returns:
            The controller's hidden vector and cell, both ``[L, B, H]``, as a list of one pair; the
            memory by ``MEMORY_KEYS``; and the read vectors ``[B, R·W]``.

        Raises:
            ValueError: There are not nine tensors.
        """
        if len(state) != 9:
            raise ValueError(
                f"The state of DiffNC is nine tensors, but these are {len(state)}. The tenth that "
                "RLlib carries, the number of steps seen, is no part of the memory."
            )
        hidden, cell, read_vectors, *memory = state
        controller = [(hidden.transpose(0, 1).contiguous(), cell.transpose(0, 1).contiguous())]
        return controller, dict(zip(self.MEMORY_KEYS, memory, strict=True)), read_vectors

    def pack_state(
        self,
        ctrl_hidden: list[tuple[Tensor, Tensor]],
        memory_dict: dict[str, Tensor],
        read_vecs: Tensor,
    ) -> list[Tensor]:
        """Return the nine tensors of which :meth:`unpack_state` makes these arguments.

        Raises:
            ValueError: There is not one pair for the controller, or the memory has other keys than
                ``MEMORY_KEYS``.
        """
        if len(ctrl_hidden) != 1:
            raise ValueError(f"ctrl_hidden must be one pair in a list, but has {len(ctrl_hidden)}.")
        if set(memory_dict) != set(self.MEMORY_KEYS):
            raise ValueError(
                f"memory_dict must have the keys {self.MEMORY_KEYS}, but has {list(memory_dict)}."
            )
        hidden, cell = ctrl_hidden[0]
        memory = [memory_dict[key] for key in self.MEMORY_KEYS]
        return [hidden.transpose(0, 1), cell.transpose(0, 1), read_vecs, *memory]

    def convert_state_dict(self, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """See :meth:`BaseModel.convert_state_dict`; weights of POPGym's model are refused."""
        if any(name.startswith("core.lstm_layer_0") for name in state_dict):
            raise ValueError(
                "These are weights of POPGym's DiffNC, which computes something else than the DNC "
                "of the paper. To continue training from them all the same, load "
                "convert_popgym_state_dict(state_dict, model); its docstring says what differs."
            )
        return super().convert_state_dict(state_dict)

    def _to_core(self, state: list[Tensor]) -> State:
        hidden, cell, read_vectors, *memory = state
        if hidden.shape[1] == 1:
            hidden, cell = hidden.squeeze(1), cell.squeeze(1)  # [B, H]
        named: State = {
            "controller": {"hidden": hidden, "cell": cell},
            "read_vectors": read_vectors.unflatten(
                -1, (self.cfg["read_heads"], self.cfg["cell_size"])
            ),
        }
        for (key, name), tensor in zip(_NAMES.items(), memory, strict=True):
            named[name] = tensor.squeeze(1) if key in _OF_WRITE_HEAD else tensor
        return named

    def _to_list(self, state: State) -> list[Tensor]:
        hidden, cell = state["controller"]["hidden"], state["controller"]["cell"]
        if hidden.dim() == 2:
            hidden, cell = hidden.unsqueeze(1), cell.unsqueeze(1)  # [B, 1, H]
        memory = [
            state[name].unsqueeze(1) if key in _OF_WRITE_HEAD else state[name]
            for key, name in _NAMES.items()
        ]
        return [hidden, cell, state["read_vectors"].flatten(1), *memory]
