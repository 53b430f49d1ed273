"""How much of the list one question may read, as an operator may set it."""

from pydantic import Field

from shared.platform.settings import Group


class ReadingSettings(Group):
    """Every bound of a question to the list."""

    count_most: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="Entries that `count=true` counts at most; of more it says `at least`. Counting a million takes the server a second.",
    )
    past_rows: int = Field(
        default=5_000,
        ge=501,
        le=100_000,
        description="Entries, or versions, that one question about the past reads at most; a page that found less says where to go on. Some 2 KB each.",
    )
    most_links: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="Entries tied to one entry that are shown beside it at most. A public list ties 16 to one of its entries; some 300 bytes each.",
    )
