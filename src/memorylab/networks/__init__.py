"""Parts of networks that know no time."""

from memorylab.networks.positional_encoding import positional_encoding

__all__ = ["positional_encoding"]
