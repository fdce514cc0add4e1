"""The arithmetic of one node, of one sweep and of one forward pass: the numerical core, in C."""
