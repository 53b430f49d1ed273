"""Who takes part: the partners that receive, the nations of the corridor, and the agencies that report."""

PARTNERS = ("GT", "HN", "MX")
"""The partner nations that have a receiver in the demonstration."""

CORRIDOR = ("PA", "CR", "NI", "HN", "SV", "GT", "MX")
"""From south to north."""

LIST_NATION = "PA"
LIST_AGENCY = "PA-DEMO-LISTS"
"""Who imports the list and writes the route; none of the partners, so that nothing is released to one by ownership."""


def agency_of(nation: str) -> str:
    """The agency that reports for a nation here. The name says what it is."""
    return f"{nation}-DEMO"
