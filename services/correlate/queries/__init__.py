"""Who and what is asked about by hand or by file: read, judged as an event is, and answered."""
