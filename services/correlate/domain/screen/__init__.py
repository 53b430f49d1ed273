"""Which entries of the watchlist an event meets, and why."""
