"""Forecasts that were saved: a folder of them, what changed between two, how they did, and their history."""
