"""Self-checks, one module per notebook: ``from memorylab_course.checks import notebook_03``."""
