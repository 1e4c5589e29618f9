"""``SpeakerListener``: one agent sees a sign and must tell it to another, which chooses a door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.utils import seeding
from jaxtyping import Float, UInt8

from memorylab.environments.scene import Scene, Shape, draw_scene, text_shape
from memorylab.errors import check_count, reject_unknown_keys

SPEAKER, LISTENER = "speaker", "listener"
_NAMES = "ABCDEF"

Observations = dict[str, Float[np.ndarray, "F"]]


class SpeakerListener:
    """Two agents, one door, and a sign that only one of them sees.

    The speaker sees a sign at the first step. After ``delay`` steps it is asked to speak, and its
    action is a symbol. The listener hears the symbol one step later. ``delay`` steps after that it
    is asked to choose, and its action is a door. The door must be the one that the sign showed.
    What a symbol means is theirs to agree on. All other actions change nothing.

    Nothing but the symbol passes from one to the other, and each is asked when it sees no longer
    what it needs. So with ``num_signs`` equally likely signs a pair in which **either** has no
    memory finds the right door with probability 1 / ``num_signs``, whatever the other does.

    The class follows PettingZoo's parallel API, and needs neither PettingZoo nor Ray::

        from memorylab.environments import SpeakerListener
        from memorylab.rllib import evaluate, ppo_config, train_agent

        config = ppo_config(SpeakerListener, "gru")  # a policy for each
        config.training(entropy_coeff=0.03, train_batch_size_per_learner=832, minibatch_size=208)
        agent = train_agent(config, max_steps=60_000)
        (episode,) = evaluate(agent)
        print(episode["speaker"].action, episode["listener"].trace)

    Observations are arrays ``[num_signs + 2]`` of 0 and 1, of the same form for both, so that they
    can share a policy: the sign or symbol, one-hot; a flag for "speak"; a flag for "choose".
    Actions are numbers from 0 to ``num_signs`` − 1. An episode takes 2 · ``delay`` + 2 steps, and
    both act at each.

    Reward: 1 for the right door, half of it to each agent.

    Args:
        num_signs: Number of signs, of symbols and of doors, from 2 to 6.
        delay: Steps that each must remember for, at least 1.
        render_mode: ``"rgb_array"`` makes ``render()`` return a picture.

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is too small or too large, or there is no such render mode.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "speaker_listener",
        "render_modes": ["rgb_array"],
        "render_fps": 2,
    }
    possible_agents: ClassVar[list[str]] = [SPEAKER, LISTENER]

    def __init__(self, num_signs: int = 2, delay: int = 2, render_mode: str | None = None):
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f'render_mode must be None or "rgb_array", got {render_mode!r}.')
        self.num_signs = check_count(num_signs, "num_signs", minimum=2)
        if num_signs > len(_NAMES):
            raise ValueError(f"num_signs must be at most {len(_NAMES)}, got {num_signs}.")
        self.delay = check_count(delay, "delay")
        self.max_episode_length = 2 * delay + 2
        self.render_mode = render_mode
        self.action_names = tuple(_NAMES[:num_signs])
        self.observation_spaces: dict[str, gym.Space] = {
            agent: gym.spaces.Box(0.0, 1.0, (num_signs + 2,), np.float32)
            for agent in self.possible_agents
        }
        self.action_spaces: dict[str, gym.Space] = {
            agent: gym.spaces.Discrete(num_signs) for agent in self.possible_agents
        }
        self.agents: list[str] = []
        self._random: np.random.Generator | None = None

    def observation_space(self, agent: str) -> gym.Space:
        """Return the space of an agent's observations."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gym.Space:
        """Return the space of an agent's actions."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, dict[str, dict[str, Any]]]:
        """Draw a sign; return the first observations and what is hidden, by agent.

        Args:
            seed: Seed of this and of later draws.
            options: ``{"sign": 1}`` chooses the sign.

        Raises:
            ValueError: There is no such option or sign.
        """
        if self._random is None or seed is not None:
            self._random, _ = seeding.np_random(seed)
        drawn = {"sign": int(self._random.integers(self.num_signs))}
        reject_unknown_keys(options or {}, drawn, "option of SpeakerListener's reset")
        self.sign = (drawn | (options or {}))["sign"]
        if self.sign not in range(self.num_signs):
            raise ValueError(f"sign must be from 0 to {self.num_signs - 1}, got {self.sign!r}.")
        self.time = 0
        self.symbol: int | None = None
        self.door: int | None = None
        self.agents = [*self.possible_agents]
        return self._observe(), self._infos()

    def step(
        self, actions: Mapping[str, int]
    ) -> tuple[Observations, dict[str, float], dict[str, bool], dict[str, bool], dict[str, Any]]:
        """Let both act; return observations, rewards, ends, truncations and infos by agent.

        Raises:
            gymnasium.error.ResetNeeded: No episode is under way.
            ValueError: ``actions`` are not those of both agents.
        """
        if not self.agents:
            raise gym.error.ResetNeeded("No episode is under way: call reset() first.")
        acts = all(self.action_spaces[agent].contains(actions.get(agent)) for agent in self.agents)
        if not acts or len(actions) != len(self.agents):
            raise ValueError(
                f"actions must have a number from 0 to {self.num_signs - 1} for each of "
                f"{self.agents}, got {actions!r}."
            )
        if self.time == self.delay:
            self.symbol = int(actions[SPEAKER])
        ended = self.time == 2 * self.delay + 1
        if ended:
            self.door = int(actions[LISTENER])
        self.time += 1
        agents, self.agents = self.agents, [] if ended else self.agents
        reward = 0.5 if self.door == self.sign else 0.0
        return (
            self._observe(),
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, ended),
            dict.fromkeys(agents, False),
            self._infos(),
        )

    def _observe(self) -> Observations:
        seen = {agent: np.zeros(self.num_signs + 2, np.float32) for agent in self.possible_agents}
        if self.time == 0:
            seen[SPEAKER][self.sign] = 1
        elif self.time == self.delay:
            seen[SPEAKER][self.num_signs] = 1
        elif self.time == self.delay + 1 and self.symbol is not None:
            seen[LISTENER][self.symbol] = 1
        elif self.time == 2 * self.delay + 1:
            seen[LISTENER][self.num_signs + 1] = 1
        return seen

    def _infos(self) -> dict[str, dict[str, Any]]:
        return {agent: {"sign": self.sign, "symbol": self.symbol} for agent in self.possible_agents}

    def scene(self) -> Scene:
        """Return what an onlooker sees: also the sign and the symbol when nobody sees them.

        Raises:
            gymnasium.error.ResetNeeded: Nothing has begun yet.
        """
        if not hasattr(self, "time"):
            raise gym.error.ResetNeeded("There is nothing to draw yet: call reset() first.")
        sign = self.action_names[self.sign]
        shapes = [
            *_board(60, sign, "sign", in_sight=self.time == 0),
            *_person(150, SPEAKER, asked=self.time == self.delay),
            *_person(310, LISTENER, asked=self.time == 2 * self.delay + 1),
        ]
        if self.symbol is not None:
            said, heard = self.action_names[self.symbol], self.time == self.delay + 1
            shapes += _board(230, said, "said", in_sight=heard)
        for number, name in enumerate(self.action_names):
            shapes += _door(380, number, name, self)
        return {"width": 480, "height": 160, "label": self._sentence(), "shapes": shapes}

    def _sentence(self) -> str:
        shown = "shows" if self.time == 0 else "showed"
        sentence = f"The sign {shown} {self.action_names[self.sign]}"
        if self.symbol is not None:
            sentence += f"; the speaker said {self.action_names[self.symbol]}"
        if self.door is not None:
            kind = "right" if self.door == self.sign else "wrong"
            sentence += f"; the listener chose door {self.action_names[self.door]}, the {kind} one"
        elif self.time == self.delay:
            sentence += "; the speaker is asked"
        elif self.time == 2 * self.delay + 1:
            sentence += "; the listener is asked"
        return f"{sentence}."

    def render(self) -> UInt8[np.ndarray, "H W 3"] | None:
        """Return the scene as a picture if ``render_mode`` is ``"rgb_array"``, otherwise None."""
        return draw_scene(self.scene()) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Do nothing; there is nothing to close."""


def _board(x: int, text: str, caption: str, in_sight: bool) -> list[Shape]:
    """Draw a board, dashed if the agent that it is for doesn't see it."""
    board = {"kind": "rect", "x": x - 22, "y": 20, "width": 44, "height": 38, "radius": 5}
    board |= {"fill": "sign", "stroke": "wall"} if in_sight else {"stroke": "quiet", "dashed": True}
    return [
        board,
        text_shape(x, 40, text, 22, "ink" if in_sight else "quiet"),
        text_shape(x, 70, caption, 11, "quiet"),
    ]


def _person(x: int, name: str, asked: bool) -> list[Shape]:
    figure: Shape = {"kind": "circle", "x": x, "y": 96, "radius": 16, "fill": "agent"}
    shapes = [figure, text_shape(x, 130, name, 13, "text")]
    return [*shapes, text_shape(x, 96, "?", 20, "ground")] if asked else shapes


def _door(x: int, number: int, name: str, state: SpeakerListener) -> list[Shape]:
    """Draw one of the doors, two in a row; that of the sign has a dashed frame until it is open."""
    rows = (state.num_signs + 1) // 2
    left, top = x + 46 * (number % 2), 83 - 25 * rows + 50 * (number // 2)
    door: Shape = {"kind": "rect", "x": left, "y": top, "width": 36, "height": 44, "radius": 3}
    right = number == state.sign
    if number == state.door:
        door |= {"fill": "good" if right else "bad", "stroke": "wall"}
    elif right:
        door |= {"fill": "floor", "stroke": "goal", "stroke_width": 3, "dashed": True}
    else:
        door |= {"fill": "floor", "stroke": "wall"}
    ink = "ground" if number == state.door else "text"
    return [door, text_shape(left + 18, top + 22, name, 18, ink)]
