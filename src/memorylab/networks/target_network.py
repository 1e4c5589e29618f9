"""Updates of target networks, which are copies that follow a model at once or slowly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor, nn

_PREFIX = "module."  # DistributedDataParallel puts it before each name.


@torch.no_grad()
def update_state_dict(
    model: nn.Module, state_dict: Mapping[str, Tensor], tau: float = 1, strip_ddp: bool = True
) -> None:
    """Move ``model``'s parameters and buffers towards ``state_dict``.

    Each becomes ``tau * new + (1 − tau) * old``: 1 copies, a small ``tau`` follows slowly, 0
    changes nothing (Polyak averaging, Polyak & Juditsky 1992; for target networks Lillicrap et al.
    2016, algorithm 1). Integer and boolean buffers, such as a batch normalization's count of
    batches, are copied if ``tau`` is above 0. If an error is raised, nothing has changed. The
    signature is rlpyt's (Stooke & Abbeel 2019).

    Args:
        model: The target network, changed in place.
        state_dict: The state dict to move to, with ``model``'s names and shapes; on any device.
        tau: How far to move, from 0 to 1.
        strip_ddp: Whether to drop a leading ``module.`` from the names first.

    Raises:
        TypeError: ``state_dict`` is not a state dict.
        ValueError: ``tau`` is not from 0 to 1, or names or shapes are not those of ``model``.
    """
    if not 0 <= tau <= 1:
        raise ValueError(f"tau must be from 0 (stay) to 1 (copy), got {tau}.")
    _check_mapping(state_dict)
    if strip_ddp:
        state_dict = strip_ddp_state_dict(state_dict)
    updated = model.state_dict()
    _check_fit(updated, state_dict, strip_ddp)
    # Compute all values before storing the first: modules may share parameters.
    for name, old in updated.items():
        updated[name] = _blend(old, state_dict[name].to(old.device), tau)
    model.load_state_dict(updated)


def strip_ddp_state_dict(state_dict: Mapping[str, Tensor]) -> OrderedDict[str, Tensor]:
    """Return a copy of ``state_dict`` without the ``module.`` at the start of its names.

    ``DistributedDataParallel`` adds this prefix; the model that it wraps has names without it. One
    prefix is dropped from each name; a ``module.`` further inside stays.

    Raises:
        TypeError: ``state_dict`` is not a state dict.
        ValueError: Two names would become the same.
    """
    _check_mapping(state_dict)
    stripped: OrderedDict[str, Tensor] = OrderedDict()
    for name, value in state_dict.items():
        short = name.removeprefix(_PREFIX)
        if short in stripped:
            raise ValueError(
                f"The state dict has both {short!r} and {_PREFIX + short!r}, which would become "
                f"the same name without {_PREFIX!r}. Pass strip_ddp=False or rename one."
            )
        stripped[short] = value
    # Keep each module's version, or ``load_state_dict`` takes the weights for old ones. The wrapper
    # "" and the model "module" both become ""; the model comes second, so its version stays.
    metadata = getattr(state_dict, "_metadata", None)
    if metadata is not None:
        stripped._metadata = {  # type: ignore[attr-defined]  # where torch looks for it
            f"{name}.".removeprefix(_PREFIX).removesuffix("."): version
            for name, version in metadata.items()
        }
    return stripped


def _blend(old: Tensor, new: Tensor, tau: float) -> Tensor:
    if tau == 0:
        return old
    # At 1 the formula would turn an infinite old value into NaN.
    if tau == 1 or not (old.is_floating_point() or old.is_complex()):
        return new.clone()
    return tau * new + (1 - tau) * old


def _check_mapping(state_dict: Mapping[str, Tensor]) -> None:
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f"state_dict must map names to tensors, got {type(state_dict).__name__}. "
            "Use model.state_dict()."
        )


def _check_fit(expected: Mapping[str, Tensor], given: Mapping[str, Tensor], stripped: bool) -> None:
    if expected.keys() != given.keys():
        missing = [name for name in expected if name not in given]
        unknown = [name for name in given if name not in expected]
        hint = f" Names were compared without {_PREFIX!r}; strip_ddp=False keeps it."
        raise ValueError(
            f"The state dict does not fit the model: missing {missing}, unknown {unknown}."
            + (hint if stripped else "")
        )
    for name, old in expected.items():
        shape = list(given[name].shape)
        if shape != list(old.shape):
            raise ValueError(f"{name!r} must be of shape {list(old.shape)}, got {shape}.")
