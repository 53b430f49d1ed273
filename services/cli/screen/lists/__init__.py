"""A folder of list files: what each is, which is the newest, and all of it as an index."""
