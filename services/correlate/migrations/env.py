from services.correlate.tables import METADATA
from shared.platform.database.migrations import run_env

run_env(METADATA)
