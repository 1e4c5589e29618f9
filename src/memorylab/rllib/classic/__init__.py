"""Memory models on RLlib's old API stack: POPGym's family, and any memory by name.

A PPO script written for POPGym (Morad et al., ICLR 2023) runs when its imports of POPGym's models
become imports from here. What the models do differently from POPGym's:

- Everything is built in the constructor, so that the optimizer holds the DNC of ``DiffNC`` too.
- Modules in the configuration are copied: no two models share one, nor do actor and critic.
- Steps beyond ``max_seq_len`` are allowed. Embeddings that are computed go on; those that are
  looked up, ``"learned"`` and ``"fixed"``, stay at their last row.
- Padding is inert, to the last bit, and a memory's outputs in training are those it acted upon.
- Unknown options and sizes that don't fit are refused, with the nearest option that exists.
- Modules that aren't given fit the sizes that are; POPGym's fit 256 only.
- ``embedding_mode="cat"`` makes room for the embedding, where POPGym overwrites features with it.

What became of the configuration is Ray's doing. RLlib itself refuses ``num_envs_per_worker`` and a
``custom_model`` without a word about the API stack, and it ignores ``sgd_minibatch_size``,
``num_sgd_iter`` and ``horizon``. So that POPGym's dictionaries mean what they meant, importing this
package lets Ray Tune's name "PPO" stand for :class:`ClassicPPO`, which is RLlib's PPO but for these
keys. Ray forgets it when it stops; then pass the class itself, ``tune.run(ClassicPPO, ...)``.

POPGym's own ``ppo.py`` needs three changes more, because of Tune: in ``tune.run``, ``local_dir`` is
now ``storage_path``; a ``trial_name_creator`` gets a placeholder for a model that ``grid_search``
chose, which has no ``__name__``; and the callback for Weights & Biases is to be imported from
``ray.air.integrations.wandb``. Without a GPU, set ``POPGYM_GPU=0``.
"""

from memorylab.rllib.classic.algorithm import ClassicPPO, register_ppo
from memorylab.rllib.classic.base_model import BaseModel
from memorylab.rllib.classic.diffnc import DiffNC
from memorylab.rllib.classic.extra_losses import MemoryModelV2WithLosses
from memorylab.rllib.classic.feedforward import MLP, BasicMLP
from memorylab.rllib.classic.model_v2 import MemoryModelV2
from memorylab.rllib.classic.popgym_weights import convert_popgym_state_dict
from memorylab.rllib.classic.recurrent import GRU, LSTM, Elman

register_ppo()

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "BaseModel",
    "BasicMLP",
    "ClassicPPO",
    "DiffNC",
    "Elman",
    "MemoryModelV2",
    "MemoryModelV2WithLosses",
    "convert_popgym_state_dict",
]
