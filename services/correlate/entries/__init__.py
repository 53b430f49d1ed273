"""Entries of the list: what an issuer writes, what it is known by, and the next version of it."""
