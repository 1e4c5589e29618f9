"""Target networks: copies that follow a model at once, or slowly."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real

import torch
from torch import Tensor, nn

PREFIX = "module."  # what DistributedDataParallel puts before each name


@torch.no_grad()
def update_state_dict(
    model: nn.Module, state_dict: Mapping[str, Tensor], tau: float = 1, strip_ddp: bool = True
) -> None:
    """Move ``model``'s parameters and buffers towards ``state_dict``.

    Each becomes ``tau * new + (1 − tau) * old``: 1 copies, a small ``tau`` follows slowly (Polyak
    averaging, Polyak & Juditsky 1992; for target networks Lillicrap et al. 2016, algorithm 1), 0
    changes nothing. Integer and boolean buffers, such as the number of batches that a batch
    normalization has seen, are copied whenever ``tau`` is above 0. After an error, nothing has
    changed. The signature is rlpyt's (Stooke & Abbeel 2019).

    Args:
        model: The target network, changed in place.
        state_dict: The state dict to move to, with ``model``'s names and shapes; on any device.
        tau: How far to move, from 0 to 1.
        strip_ddp: Whether to take a leading ``module.`` off the names first.

    Raises:
        TypeError: ``tau`` is not a number, ``state_dict`` not a state dict, or a value in it not a
            tensor.
        ValueError: ``tau`` is not from 0 to 1, or names or shapes are not those of ``model``.
    """
    _check_mapping(state_dict)
    if not isinstance(tau, Real):
        raise TypeError(f"tau must be a number, got {type(tau).__name__}.")
    if not 0 <= tau <= 1:
        raise ValueError(f"tau must be from 0 (stay) to 1 (copy), got {tau}.")
    if strip_ddp:
        state_dict = strip_ddp_state_dict(state_dict)
    updated = model.state_dict()
    _check_fit(updated, state_dict, strip_ddp)
    # All are computed before the first is stored: modules may share parameters.
    for name, old in updated.items():
        updated[name] = _blend(old, state_dict[name].to(old.device), tau)
    model.load_state_dict(updated)


def strip_ddp_state_dict(state_dict: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Return a copy of ``state_dict`` without the ``module.`` at the start of its names.

    ``DistributedDataParallel`` puts it there; the model it wraps does not know of it. One such
    prefix is taken off each name, and a ``module.`` further inside is left.

    Raises:
        TypeError: ``state_dict`` is not a state dict.
        ValueError: Two names would become the same.
    """
    _check_mapping(state_dict)
    stripped = type(state_dict)()
    for name, value in state_dict.items():
        short = name.removeprefix(PREFIX)
        if short in stripped:
            raise ValueError(
                f"The state dict has both {short!r} and {PREFIX + short!r}, which would become "
                f"the same name without {PREFIX!r}. Pass strip_ddp=False or rename one."
            )
        stripped[short] = value
    # Each module's version, without which ``load_state_dict`` takes the weights for old ones. The
    # wrapper's own, named "", comes before that of the model, "module", and gives way to it.
    if hasattr(state_dict, "_metadata"):
        stripped._metadata = {
            f"{name}.".removeprefix(PREFIX).removesuffix("."): version
            for name, version in state_dict._metadata.items()
        }
    return stripped


def _blend(old: Tensor, new: Tensor, tau: float) -> Tensor:
    if tau == 0:
        return old
    # At 1 the formula would turn an infinite old value into NaN.
    if tau == 1 or not (old.is_floating_point() or old.is_complex()):
        return new.clone()
    return float(tau) * new + float(1 - tau) * old


def _check_mapping(state_dict: Mapping[str, Tensor]) -> None:
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f"state_dict must map names to tensors, got {type(state_dict).__name__}. "
            "Use model.state_dict()."
        )


def _check_fit(expected: Mapping[str, Tensor], given: Mapping[str, Tensor], stripped: bool) -> None:
    missing = [name for name in expected if name not in given]
    unknown = [name for name in given if name not in expected]
    if missing or unknown:
        hint = f" Names were compared without {PREFIX!r}; strip_ddp=False keeps it."
        raise ValueError(
            f"The state dict does not fit the model: missing {missing}, unknown {unknown}."
            + (hint if stripped else "")
        )
    for name, old in expected.items():
        if not isinstance(given[name], Tensor):
            raise TypeError(f"{name!r} must be a tensor, got {type(given[name]).__name__}.")
        if given[name].shape != old.shape:
            raise ValueError(
                f"{name!r} must be of shape {list(old.shape)}, got {list(given[name].shape)}."
            )
