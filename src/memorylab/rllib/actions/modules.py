"""Modules with a head of their own: the names of release 0.1."""

from typing import ClassVar

from memorylab.rllib.heads import Autoregressive, Beta, Head, Parametric, Sequential
from memorylab.rllib.module import MemoryRLModule


class BetaRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` with the head ``"beta"``."""

    head_of_class: ClassVar[Head] = Beta()


class AutoregressiveRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` with the head ``"autoregressive"``."""

    head_of_class: ClassVar[Head] = Autoregressive()


class SequentialRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` with the head ``"sequential"``."""

    head_of_class: ClassVar[Head] = Sequential()


class ParametricActionsRLModule(MemoryRLModule):
    """A :class:`MemoryRLModule` with the head ``"parametric"``."""

    head_of_class: ClassVar[Head] = Parametric()
