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

Single models differ in these points; all others compute the same from POPGym's weights:

=========================  ======================================  ================================
Model                      POPGym                                  Here
=========================  ======================================  ================================
all with a state           returns the state after the padding     that after the last real step
``Framestack``,            the number of frames must divide        any of at least 2
``Frameconv``              ``hidden_size``
``IndRNN``                 has ReLU whatever ``activation`` says,  ``activation``, ``"relu"`` if
                           and a layer that it never uses          none is given; no such layer
``S4D``                    in training, each row of a batch        rows begin with their state
                           begins with an empty state
``S4D``                    acts with the A, B and C of its first   with those that it has learned
                           call, and can't train on rows of one
                           step
``S4D``                    keeps a trained B                       B is 1: POPGym's is multiplied
                                                                   into C, and missing in the state
``FastWeightProgrammer``,  has no delta rule                       also ``aggregator="delta"``
``Deep…``
``DiffNC``                 its DNC is not the paper's              see
                                                                   :func:`convert_popgym_state_dict`
=========================  ======================================  ================================

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
from memorylab.rllib.classic.fast_weights import (
    DeepFastWeightProgrammer,
    DeepLinearAttention,
    FastWeightProgrammer,
    LinearAttention,
)
from memorylab.rllib.classic.feedforward import MLP, BasicMLP
from memorylab.rllib.classic.model_v2 import (
    AutoregressiveModelV2,
    MemoryModelV2,
    MemoryModelV2WithLosses,
    ParametricActionsModelV2,
)
from memorylab.rllib.classic.popgym_weights import convert_popgym_state_dict
from memorylab.rllib.classic.recurrent import GRU, LMU, LSTM, S4D, Elman, IndRNN
from memorylab.rllib.classic.windows import Frameconv, Framestack

__all__ = [
    "GRU",
    "LMU",
    "LSTM",
    "MLP",
    "S4D",
    "AutoregressiveModelV2",
    "BaseModel",
    "BasicMLP",
    "ClassicPPO",
    "DeepFastWeightProgrammer",
    "DeepLinearAttention",
    "DiffNC",
    "Elman",
    "FastWeightProgrammer",
    "Frameconv",
    "Framestack",
    "IndRNN",
    "LinearAttention",
    "MemoryModelV2",
    "MemoryModelV2WithLosses",
    "ParametricActionsModelV2",
    "convert_popgym_state_dict",
    "register_ppo",
]
