from services.notify.migrate import migrate
from services.notify.tables import metadata
from shared.platform.database.migrations import schema_differences


async def test_the_migrated_schema_is_the_one_the_code_has_and_migrating_again_changes_nothing(migrated_url: str) -> None:
    assert await schema_differences(migrated_url, metadata) == []
    await migrate(migrated_url)
    assert await schema_differences(migrated_url, metadata) == []
