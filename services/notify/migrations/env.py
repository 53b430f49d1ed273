from services.notify.tables import metadata
from shared.platform.database.migrations import run_env

run_env(metadata)
