"""The HTTP surface of a service that runs: Z-API's webhook and what operators ask."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from clinic_bot.app import Service
from clinic_bot.events import Contact
from clinic_bot.intake.webhook import Door, Webhook
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.operations.health import health_routes
from clinic_bot.turns import alert_words

_WEBHOOK_PATH = "/webhook/zapi/"


def http_app(service: Service, *, patients: ASGIApp | None = None) -> ASGIApp:
    """The service's surface.

    Args:
        patients: in the sandbox, where a person plays patient.
    """
    settings = service.settings
    token = settings.health_token.get_secret_value() if settings.health_token else None
    routes: list[BaseRoute] = [*health_routes(service, service.metrics, token=token, mode=settings.mode)]
    if patients is not None:
        routes.append(Mount("/sandbox", patients))
    pages = Starlette(routes=routes, exception_handlers={404: _not_found})
    return _WebhookFirst(_webhook(service), pages)


class _WebhookFirst:
    """Webhooks go straight to their own code, everything else through Starlette."""

    def __init__(self, webhook: Webhook, pages: ASGIApp) -> None:
        self._webhook = webhook
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_WEBHOOK_PATH):
            secret = scope["path"].removeprefix(_WEBHOOK_PATH)
            if secret and "/" not in secret:
                if scope["method"] == "POST":
                    await self._webhook(scope, receive, send, secret)
                else:
                    await _ONLY_POST(scope, receive, send)
                return
        await self._pages(scope, receive, send)


_ONLY_POST = JSONResponse({"error": "Z-API posts here"}, status_code=405, headers={"allow": "POST"})


async def _not_found(_request: Request, _exc: Exception) -> Response:
    return JSONResponse({"error": "no such page; Z-API posts to /webhook/zapi/{secret}"}, status_code=404)


def _webhook(service: Service) -> Webhook:
    def danger_with_a_person(contact: Contact | None) -> None:
        phone, lid = (contact.phone, contact.lid) if contact else (None, None)
        service.alerts.alert(AlertKind.EMERGENCY, alert_words.emergency_with_a_person(phone, lid))

    credentials = service.credentials
    return Webhook(
        service.database,
        service.dispatcher,
        service.clock,
        service.policy,
        service.metrics,
        Door(credentials.webhook_secret, credentials.zapi_token),
        service.lists,
        instance_id=credentials.zapi_instance,
        connection_changed=service.connection.look_soon,
        danger_with_a_person=danger_with_a_person,
        file_came=service.ears.came,
    )
