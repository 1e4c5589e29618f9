"""Self-checks, one module per notebook: ``from memorylab_course.checks import dnc_links``."""
