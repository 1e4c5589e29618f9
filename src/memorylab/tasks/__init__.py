"""Supervised sequence tasks: what a memory is for, a few seconds of training each."""

from memorylab.tasks.associative_recall import AssociativeRecall
from memorylab.tasks.copy import Copy
from memorylab.tasks.key_value_recall import KeyValueRecall
from memorylab.tasks.repeat_copy import RepeatCopy
from memorylab.tasks.task import Batch, Task

__all__ = ["AssociativeRecall", "Batch", "Copy", "KeyValueRecall", "RepeatCopy", "Task"]
