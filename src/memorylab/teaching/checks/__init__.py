"""Self-checks, one module per notebook: ``from memorylab.teaching.checks import notebook_03``."""
