"""What ingest decides: whether a submission can be taken, and what canonical event it becomes. Pure: values in, values out."""
