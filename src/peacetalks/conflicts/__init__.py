"""Conflicts of the record at a date: what was known of them, and the scenario that follows from it."""
