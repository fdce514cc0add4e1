"""One scenario forecast: the best estimate, the model alone, and past conflicts beside it."""
