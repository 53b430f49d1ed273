"""`atalaya watchlist`: lists in, and what that would change."""
