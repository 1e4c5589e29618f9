"""Frame stacking."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from memorylab.errors import check_count
from memorylab.memory.facts import Facts
from memorylab.memory.model import Counts, Record, State
from memorylab.memory.parallel import ParallelModel, slide
from memorylab.memory.trace_windows import FrameStackTrace


class FrameStack(ParallelModel):
    """The last K inputs, side by side, into a multilayer perceptron: Mnih et al., "Human-level
    control through deep reinforcement learning" (2015).

    As in POPGym's ``Framestack``, each input is first made smaller by one linear layer, so that K
    of them have about H numbers. Before the first step, the inputs were 0. What is K steps old is
    forgotten.

    Args:
        input_size: Number of input features F.
        hidden_size: Width H of both layers, and the output size.
        num_frames: Number K of inputs, the present one included; at least 2.
    """

    trace_class = FrameStackTrace
    facts = Facts(
        title="Frame stacking",
        paper="Mnih et al. 2015",
        keeps="the last K − 1 inputs",
        cost="F·H + 2 H²",
        depth="1",
    )

    def __init__(self, input_size: int, hidden_size: int = 64, num_frames: int = 4):
        super().__init__(input_size)
        self.hidden_size = check_count(hidden_size, "hidden_size")
        self.num_frames = check_count(num_frames, "num_frames", minimum=2)
        size = -(-hidden_size // num_frames)  # rounded up
        self.compress = nn.Linear(input_size, size)
        self.core = nn.Sequential(
            nn.Linear(num_frames * size, hidden_size),
            nn.LeakyReLU(),
            nn.Linear(hidden_size, hidden_size),
            nn.LeakyReLU(),
        )

    @property
    def output_size(self) -> int:
        """Number of output features D, equal to ``hidden_size``."""
        return self.hidden_size

    def initial_state(self) -> State:
        """Return zeros ``[K − 1, F]``."""
        return {"frames": self.compress.bias.new_zeros(self.num_frames - 1, self.input_size)}

    def run(
        self, z: Float[Tensor, "B T F"], state: State, seq_lens: Counts, record: Record
    ) -> tuple[Float[Tensor, "B T D"], State]:
        """Compress all inputs, stack those of each window, and apply the network."""
        inputs, after = slide(z, state["frames"], seq_lens)  # [B, K − 1 + T, F]
        frames = self.compress(inputs).unfold(1, self.num_frames, 1).mT  # [B, T, K, C]
        frames = record("frames", frames)
        return self.core(frames.flatten(2)), {"frames": after}
