"""POPGym's recurrent networks: Elman, GRU, LSTM, IndRNN, LMU and S4D."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from memorylab.errors import check_count
from memorylab.memory import State
from memorylab.rllib.classic.base_model import BaseModel


class _Vectors(BaseModel):
    """A model whose state is vectors ``[1, H]``, where the memory has them as ``[H]``."""

    def _to_core(self, state: list[Tensor]) -> State:
        return super()._to_core([tensor.squeeze(1) for tensor in state])

    def _to_list(self, state: State) -> list[Tensor]:
        return [tensor.unsqueeze(1) for tensor in super()._to_list(state)]


class _Recurrent(_Vectors):
    """A recurrent network of one layer, as an RLlib model.

    The memory's state is one tensor ``[1, H]``, the hidden vector; the LSTM's cell is a second.
    Options besides those of :class:`BaseModel`:

    - ``num_recurrent_layers``: 1; POPGym knows the option, but its state has no room for more.
    - ``benchmark``: has no effect. In POPGym it chooses a slower way to the same numbers.

    Raises:
        ValueError: ``num_recurrent_layers`` is not 1.
    """

    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"num_recurrent_layers": 1, "benchmark": False}

    def _memory_options(self) -> dict[str, Any]:
        if self.cfg["num_recurrent_layers"] != 1:
            raise ValueError(
                f"num_recurrent_layers must be 1, but is {self.cfg['num_recurrent_layers']!r}: the "
                "state has no room for more."
            )
        return {}


class Elman(_Recurrent):
    """The network of :class:`memorylab.memory.Elman` as an RLlib model."""

    MEMORY = "elman"


class GRU(_Recurrent):
    """The network of :class:`memorylab.memory.GRU` as an RLlib model."""

    MEMORY = "gru"


class LSTM(_Recurrent):
    """The network of :class:`memorylab.memory.LSTM` as an RLlib model."""

    MEMORY = "lstm"


class IndRNN(BaseModel):
    """The two layers of :class:`memorylab.memory.IndRNN` as an RLlib model.

    The memory's state is one tensor ``[2, H]``. The option ``activation`` is ``"relu"`` or
    ``"tanh"``; POPGym knows it, but has ReLU whatever it says.
    """

    MEMORY = "indrnn"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"activation": "relu"}

    def _memory_options(self) -> dict[str, Any]:
        return {"activation": self.cfg["activation"], "max_len": self.max_seq_len}

    def convert_state_dict(self, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """See :meth:`BaseModel.convert_state_dict`; a bias is the sum of POPGym's two."""
        weights = dict(state_dict)
        if "core.weight0" in weights:
            for n in (0, 1):
                bias = weights.pop(f"core.input{n}.bias") + weights.pop(f"core.bias{n}")
                weights[f"core.layers.{n}.weight"] = weights.pop(f"core.input{n}.weight")
                weights[f"core.layers.{n}.bias"] = bias
            recurrent = [weights.pop(f"core.weight{n}") for n in (0, 1)]
            weights["core.recurrent"] = torch.stack(recurrent)
            # POPGym has a third layer that it never uses.
            del weights["core.output.weight"], weights["core.output.bias"]
        return super().convert_state_dict(weights)


class LMU(_Vectors):
    """The network of :class:`memorylab.memory.LMU` as an RLlib model, with M = H coefficients.

    The memory's state is two tensors ``[1, H]``: hidden vector and coefficients. Options besides
    those of :class:`BaseModel`:

    - ``theta``: length of the window in steps.
    - ``learn_a``, ``learn_b``: whether the matrices A and B are trained.
    """

    MEMORY = "lmu"
    MODEL_CONFIG: ClassVar[dict[str, Any]] = {"theta": 64, "learn_a": False, "learn_b": False}
    RENAMED: ClassVar[dict[str, str]] = {
        "core.cell.A": "core.a",
        "core.cell.B": "core.b",
        "core.cell.e_x": "core.encoders.input",
        "core.cell.e_h": "core.encoders.hidden",
        "core.cell.e_m": "core.encoders.memory",
        "core.cell.W_x": "core.kernels.input",
        "core.cell.W_h": "core.kernels.hidden",
        "core.cell.W_m": "core.kernels.memory",
    }

    def _memory_options(self) -> dict[str, Any]:
        return {
            "memory_size": self.cfg["hidden_size"],
            "window": check_count(self.cfg["theta"], "theta"),
            **{key: self.cfg[key] for key in ("learn_a", "learn_b")},
        }

    def convert_state_dict(self, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """See :meth:`BaseModel.convert_state_dict`; here A and B are stored only if trained.

        Raises:
            ValueError: The weights have other sizes, another ``theta``, or a trained A or B.
        """
        weights = super().convert_state_dict(state_dict)
        for name in ("a", "b"):
            stored, constant = weights.pop(f"core.{name}", None), getattr(self.core, name)
            if stored is not None and not torch.allclose(stored.to(constant), constant, atol=1e-4):
                raise ValueError(
                    f"The weights have another matrix {name.upper()} than theta "
                    f"{self.cfg['theta']} gives. Build the model with the theta of the one that "
                    f"was saved; if the matrix was trained, with learn_{name}=True."
                )
        return weights


class S4D(BaseModel):
    """The network of :class:`memorylab.memory.S4D` as an RLlib model, with round(√H / 2) modes.

    The memory's state is two tensors ``[H, S]``, the real and the imaginary part.
    """

    MEMORY = "s4d"
    RENAMED: ClassVar[dict[str, str]] = {
        "map": "core.input_map",
        "core.output_linear.0": "core.output_map",
        "core.kernel.kernel.log_dt": "core.log_step",
        "core.kernel.kernel.inv_A_real": "core.a_real_log",
        "core.kernel.kernel.A_imag": "core.a_imag",
    }

    def _memory_options(self) -> dict[str, Any]:
        size = self.cfg["hidden_size"]
        return {"num_modes": check_count(round(size**0.5 / 2), f"Modes for hidden_size {size}")}

    def convert_state_dict(self, state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """See :meth:`BaseModel.convert_state_dict`; POPGym's B becomes a part of C."""
        weights = dict(state_dict)
        if "core.kernel.kernel.C" in weights:
            b, c = (torch.view_as_complex(weights.pop(f"core.kernel.kernel.{x}")) for x in "BC")
            weights["core.c"] = torch.view_as_real(b * c[0]).movedim(-1, 0)  # [2, H, S]
            weights["core.d"] = weights.pop("core.D")[0]
            del weights["core.kernel.kernel.A"]  # POPGym trains inv_A_real and A_imag.
        return super().convert_state_dict(weights)
