"""Scores over seeds: interquartile means, bootstrap samples, and what a file of runs says."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

LOWEST = {"RepeatPreviousEasy": -1.0, "HigherLowerEasy": -1.0, "PositionOnlyCartPoleEasy": 0.0}
"""The lowest return of each of POPGym's environments; the highest is 1."""

COURIER = {"mlp": "MLP", "gru": "GRU", "lstm": "LSTM", "dnc": "DNC"}
"""The memories that were compared as couriers, and their names there."""


def interquartile_mean(values: Float[np.ndarray, "*shape S"]) -> Float[np.ndarray, "*shape"]:
    """Return the mean of the middle half along the last axis: of five values, of the middle three.

    A quarter of the values, rounded down, is left out at either end.
    """
    ordered = np.sort(values, axis=-1)
    out = ordered.shape[-1] // 4
    return ordered[..., out : ordered.shape[-1] - out].mean(-1)


def resample(
    values: Float[np.ndarray, "S"], resamples: int = 2000, seed: int = 0
) -> Float[np.ndarray, "K"]:
    """Return interquartile means of bootstrap samples: S values drawn from S, with replacement."""
    random = np.random.default_rng(seed)
    drawn = values[random.integers(len(values), size=(resamples, len(values)))]  # [K, S]
    return interquartile_mean(drawn)


def interval(samples: Float[np.ndarray, "K"]) -> tuple[float, float]:
    """Return the ends of the middle 95% of bootstrap samples."""
    low, high = np.percentile(samples, (2.5, 97.5))
    return float(low), float(high)


def compare_scores(
    first: Float[np.ndarray, "S"], second: Float[np.ndarray, "R"]
) -> tuple[Float[np.ndarray, "K"], tuple[float, float]]:
    """Return bootstrap samples of how far ``first`` lies above ``second``, and their interval."""
    differences = resample(first) - resample(second, seed=1)
    return differences, interval(differences)


def scores_of(evidence: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """Return scores from 0, the lowest return, to 1, the highest: by task and memory ``[seeds]``.

    A run's score is the mean over the last tenth of its training. That of a courier is the share of
    right doors in fresh lists of 6 and 24.

    Args:
        evidence: What ``notebooks/data/memory_pays.json`` holds.
    """
    scores: dict[str, dict[str, np.ndarray]] = {}
    for task, memories in evidence["popgym"].items():
        low = LOWEST[task]
        for memory, run in memories.items():
            curves = np.array(run["curves"], dtype=float)  # [seeds, updates]
            last = curves[:, -(curves.shape[1] // 10) :].mean(1)
            scores.setdefault(task, {})[memory] = (last - low) / (1 - low)
    for length in ("6", "24"):
        scores[f"Courier, lists of {length}"] = {
            memory: np.array(evidence["courier"][name]["right"][length])
            for memory, name in COURIER.items()
        }
    return scores
