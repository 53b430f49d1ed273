"""The life of an entry: what it takes to alert, for how long, and what time alone does to it. Pure."""
