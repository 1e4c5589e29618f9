"""Supervised sequence tasks that need a memory; a model trains on each in seconds."""

from memorylab.tasks.associative_recall import AssociativeRecall
from memorylab.tasks.copy import Copy
from memorylab.tasks.key_value_recall import KeyValueRecall
from memorylab.tasks.repeat_copy import RepeatCopy
from memorylab.tasks.task import Batch, Task

__all__ = ["AssociativeRecall", "Batch", "Copy", "KeyValueRecall", "RepeatCopy", "Task"]
