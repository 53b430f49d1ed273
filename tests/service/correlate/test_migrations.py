from services.correlate.migrate import migrate
from services.correlate.tables import METADATA
from shared.platform.database.migrations import schema_differences


async def test_a_migrated_database_has_exactly_the_tables_of_the_code(database_url: str) -> None:
    await migrate(database_url)
    await migrate(database_url)
    assert await schema_differences(database_url, METADATA) == []
