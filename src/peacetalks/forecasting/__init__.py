"""One scenario forecast: the model alone, past conflicts beside it, and the best estimate of both."""
