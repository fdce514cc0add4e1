"""What is asked of solved scenarios: accounts compared, records of events followed, claims audited."""
