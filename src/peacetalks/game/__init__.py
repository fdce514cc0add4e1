"""The general language of dynamic games with private types, and its compilation to arrays."""
