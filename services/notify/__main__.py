"""`python -m services.notify`."""

import sys

from services.notify.api.webhook_docs import webhooks
from services.notify.service import NotifyService, open_notify
from services.notify.settings import Settings
from shared.platform.http.app import create_app
from shared.platform.http.server import HttpServer
from shared.platform.logs import configure_logging
from shared.platform.settings import load_settings
from shared.platform.supervisor import Service, Worker, run_process, run_service


def main() -> int:
    """Run the process until it is told to stop; its exit code."""
    settings = load_settings(Settings)
    configure_logging(service="notify", level=settings.log_level, form=settings.log_format)

    def http(service: Service) -> Worker:
        app = create_app(
            "Atalaya notify",
            service.routers,
            settings=settings.http,
            readiness=service.readiness,
            access=service.access if isinstance(service, NotifyService) else None,
            description="Partners, subscriptions and the log of what was delivered to whom, when and why.",
            version="1",
            webhooks=webhooks,
        )
        return HttpServer(app, settings.http)

    return run_process(lambda: run_service(open_notify(settings), settings, http=http))


if __name__ == "__main__":
    sys.exit(main())
