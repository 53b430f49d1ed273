"""The HTTP doors of correlate: the watchlist, the alerts, ad hoc screening."""
