"""The standard peace-talks game, one mechanism a file; `standard_game` puts them together."""
