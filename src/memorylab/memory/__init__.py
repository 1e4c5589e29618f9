"""What remembers: one contract, a control group, recurrent networks and the DNC.

Names are loaded when first used, so that ``memorylab.memory.dnc.trace`` can be read without torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["dnc"],
    submod_attrs={
        "actor_critic": ["ActorCritic"],
        "disturbance": ["Disturbance"],
        "dnc": ["DNC"],
        "ffm": ["FastAndForgetful"],
        "fast_weight_programmer": ["FastWeightProgrammer"],
        "feedforward": ["ClockedFeedForward", "FeedForward"],
        "frame_convolution": ["FrameConvolution"],
        "frame_stack": ["FrameStack"],
        "gated_delta": ["GatedDelta"],
        "gtrxl": ["GTrXL"],
        "indrnn": ["IndRNN"],
        "linear_attention": ["LinearAttention"],
        "lmu": ["LMU"],
        "lru": ["LRU"],
        "mingru": ["MinGRU"],
        "model": ["MemoryModel", "State", "map_state", "run_steps"],
        "readout": ["WithReadout"],
        "recurrent": ["GRU", "LSTM", "Elman"],
        "registry": ["MEMORY_MODELS", "make_memory"],
        "s4d": ["S4D"],
        "trace": ["MemoryTrace"],
    },
)
