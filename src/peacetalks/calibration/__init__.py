"""Calibration: the parameters of the mapping from record to scenario, estimated on conflict-years."""
