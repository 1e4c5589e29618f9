"""Memory models on RLlib's old API stack: POPGym's family, and any memory by name.

A PPO script written for POPGym (Morad et al., ICLR 2023) runs when it imports the models from here.
These differ from POPGym's:

- Everything is built in the constructor, so that the optimizer holds the DNC of ``DiffNC`` too.
- Modules in the configuration are copied: no two models share one, nor do actor and critic.
- Steps beyond ``max_seq_len`` are allowed. Embeddings that are computed go on; those that are
  looked up, ``"learned"`` and ``"fixed"``, stay at their last row.
- Padding is inert, to the last bit, and training reproduces the outputs that were acted upon.
- Unknown options and sizes that don't fit are refused, with the nearest option that exists.
- Modules that aren't given are built to fit the sizes that are; POPGym's always have 256 features.
- ``embedding_mode="cat"`` makes room for the embedding, where POPGym overwrites features with it.

A script written for POPGym also needs one line in front of its configuration::

    memorylab.rllib.classic.register_ppo()

It makes Ray Tune's name "PPO" stand for :class:`ClassicPPO`: RLlib's PPO, in which the keys that
RLlib has since renamed or dropped keep their old meaning. Ray forgets it when it stops;
``tune.run(ClassicPPO, ...)`` does without it. Importing this package registers nothing.

POPGym's own ``ppo.py`` needs three more changes, because Tune has changed too. In ``tune.run``,
``local_dir`` is now ``storage_path``. A ``trial_name_creator`` gets a placeholder, which has no
``__name__``, for a model that ``grid_search`` chose. The callback for Weights & Biases is now in
``ray.air.integrations.wandb``. Without a GPU, set ``POPGYM_GPU=0``.
"""

from memorylab.rllib.classic.algorithm import ClassicPPO, register_ppo
from memorylab.rllib.classic.base_model import BaseModel
from memorylab.rllib.classic.diffnc import DiffNC
from memorylab.rllib.classic.feedforward import MLP, BasicMLP
from memorylab.rllib.classic.model_v2 import (
    AutoregressiveModelV2,
    MemoryModelV2,
    MemoryModelV2WithLosses,
    ParametricActionsModelV2,
)
from memorylab.rllib.classic.popgym_weights import convert_popgym_state_dict
from memorylab.rllib.classic.recurrent import GRU, LSTM, Elman

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "AutoregressiveModelV2",
    "BaseModel",
    "BasicMLP",
    "ClassicPPO",
    "DiffNC",
    "Elman",
    "MemoryModelV2",
    "MemoryModelV2WithLosses",
    "ParametricActionsModelV2",
    "convert_popgym_state_dict",
    "register_ppo",
]
