"""What an analyst writes: scenarios, their numbers with ranges and sources, accounts as patches."""
