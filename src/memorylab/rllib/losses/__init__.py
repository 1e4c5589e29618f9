"""Auxiliary losses, supervised and self-supervised, for both of RLlib's API stacks."""

import lazy_loader

# Loaded when first used: MemoryRLModule needs the losses, and the learner's file needs it.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "extra_losses": ["LOSS_NAMES", "ExtraLosses"],
        "functions": [
            "behaviour_cloning_loss",
            "gradient_shares",
            "l2_loss",
            "latent_kl_loss",
            "next_observation_loss",
            "reconstruction_loss",
        ],
        "learner": ["MemoryRLModuleWithLosses", "PPOLearnerWithLosses", "add_losses"],
    },
)
