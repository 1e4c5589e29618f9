"""Time: padded batches, chunks of episodes, masks and masked statistics."""

from memorylab.sequences.chunking import Chunks, chunk, unchunk
from memorylab.sequences.masks import check_seq_lens, sequence_mask
from memorylab.sequences.padding import last_real_step, pad, unpad
from memorylab.sequences.statistics import masked_loss, masked_mean

__all__ = [
    "Chunks",
    "check_seq_lens",
    "chunk",
    "last_real_step",
    "masked_loss",
    "masked_mean",
    "pad",
    "sequence_mask",
    "unchunk",
    "unpad",
]
