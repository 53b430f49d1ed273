"""The use cases of the list: each takes its turn, changes entries in one transaction, and tells the relay."""
