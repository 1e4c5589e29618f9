"""A list of doors, delivered by a trained courier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from memorylab.environments import Courier, draw_scene
from memorylab.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from memorylab.memory import ActorCritic


@style.styled
def draw_delivery(axes: Axes, networks: ActorCritic, doors: Sequence[int], name: str) -> int:
    """Draw the street after a courier has delivered a list; return how many doors were right.

    Args:
        axes: Where to draw. Nothing but its title is set.
        networks: The courier's, for four doors.
        doors: The list, each from 0 to 3.
        name: The courier's, for the title.
    """
    courier = Courier(list_length=len(doors))
    courier.reset(options={"doors": doors})
    # What is seen doesn't depend on the actions, so all steps can be taken at once.
    told = np.eye(courier.num_doors + 1, dtype=np.float32)
    seen = torch.as_tensor(told[[*doors, *[courier.num_doors] * len(doors)]])  # [2k, A + 1]
    with torch.no_grad():
        logits, _, _ = networks(seen[None])  # [1, 2k, A]
    for action in logits[0].argmax(-1).tolist():
        courier.step(action)
    right = sum(map(int.__eq__, courier.visited, courier.doors))
    picture = draw_scene(courier.scene(), height=240)
    axes.imshow(picture, aspect="auto", interpolation="antialiased")
    axes.set_title(f"{name}: {right} of {len(doors)} right")
    return right
