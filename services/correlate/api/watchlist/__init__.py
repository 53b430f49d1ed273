"""`/v1/watchlist`: the list over HTTP."""
