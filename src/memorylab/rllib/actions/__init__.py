"""Actions with structure: distributions of our own, masks, embeddings, dependent components.

Each comes for both of RLlib's API stacks. What a distribution computes stands once, in plain
PyTorch, and is wrapped twice.
"""

import lazy_loader

# Loaded when first used: MemoryRLModule needs the distributions, and the modules need it.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "autoregressive": ["AutoregressiveCategorical", "AutoregressiveHead"],
        "beta": ["BoundedBeta"],
        "classic": [
            "AutoregressiveModelV2",
            "ClassicAutoregressive",
            "ClassicBeta",
            "ParametricActionsModelV2",
        ],
        "connectors": ["MarkEndedEpisodes"],
        "distributions": ["TorchAutoregressive", "TorchBeta"],
        "masking": ["mask_logits", "match_embeddings"],
        "modules": [
            "AutoregressiveRLModule",
            "BetaRLModule",
            "ParametricActionsRLModule",
            "SequentialRLModule",
        ],
    },
)
