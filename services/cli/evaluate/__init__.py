"""The evaluation of screening: generated travellers against real lists, and what of them is found and what is raised for nothing."""
