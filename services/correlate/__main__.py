"""`python -m services.correlate`: watchlist, screening and tracking as a process, in the roles it is given."""

import sys

from services.correlate.app import correlate_app
from services.correlate.service import CorrelateService, open_correlate
from services.correlate.settings import Settings
from shared.platform.http.server import HttpServer
from shared.platform.logs import configure_logging
from shared.platform.settings import load_settings
from shared.platform.supervisor import Service, Worker, run_process, run_service


def main() -> int:
    """Run correlate until it is told to stop; the exit code."""
    settings = load_settings(Settings)
    configure_logging(service="correlate", level=settings.log_level, form=settings.log_format)

    def http(service: Service) -> Worker:
        if not isinstance(service, CorrelateService):
            raise TypeError("correlate serves a CorrelateService")
        return HttpServer(correlate_app(service, settings.http), settings.http)

    return run_process(lambda: run_service(open_correlate(settings), settings, http=http))


if __name__ == "__main__":
    sys.exit(main())
