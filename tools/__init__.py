"""What make runs for the course: execute, guard, editions, variants, navigation, slides, Binder."""
