"""Serves page, API and tools on one port: starts at once, ingests beside it, answers as soon as there is an index.

Comes in: settings. Goes out: a server on the settings' address, until it is interrupted: the page at `/`, OpenAI's API
at `/v1`, the Model Context Protocol at `/mcp`, and `/health`, which is good once questions are answered; all behind the
guard. Gradio's own way to serve asks the page over HTTP whether it is there, which a proxy in the environment can
prevent; so it is mounted and served here.
"""

import asyncio
import hmac

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.assembly import Assistant
from assistant.outlets.guard import Guard
from assistant.outlets.openai_api import openai_api
from assistant.outlets.page.app import build_page, page_options
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.show import say
from ingest.errors import TalksError

# Conversations that stream when Ctrl-C is pressed get so long to end.
_GRACE_S = 3


def serve(assistant: Assistant, backend: PageBackend) -> None:
    """Serve until interrupted.

    Raises:
        SettingsError: The address needs a password.
    """
    app, settings = application(assistant, backend), assistant.settings
    say(f"Talks Assistant on http://{settings.host}:{settings.port}; Ctrl-C ends it.", err=True)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=_GRACE_S)


def application(assistant: Assistant, backend: PageBackend) -> ASGIApp:
    """Page, API and tools as one application, behind the guard.

    Raises:
        SettingsError: The address can be reached from other machines and no password is set.
    """
    settings = assistant.settings
    options = page_options(settings, backend)
    secret = settings.api_key or settings.password
    key = secret.get_secret_value() if secret else None
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> JSONResponse:
        try:
            _ = assistant.snapshot
        except TalksError:
            return JSONResponse({"status": "no index yet"}, 503)
        return JSONResponse({"status": "ok"})

    app.mount("/v1", KeyRequired(openai_api(assistant), key))
    app.add_route("/mcp", KeyRequired(Tools(assistant), key))  # type: ignore[arg-type]  # an ASGI app
    gr.mount_gradio_app(app, build_page(backend), path="/", **options)
    return Guard(app, host=settings.host, public_name=settings.public_name)


class Tools:
    """The tools at `/mcp`; their SDK, 0.4 s of computing, is imported when an agent asks first."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._running: asyncio.Task[None] | None = None
        self._app: asyncio.Future[ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._running is None:
            self._app = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run())
        app = await asyncio.shield(self._app)
        await app(scope, receive, send)

    async def _run(self) -> None:
        """What answers, until the server ends."""
        from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
        from mcp.server.transport_security import TransportSecuritySettings

        from assistant.outlets.mcp_server import TalksServer

        tools = TalksServer(self._assistant)
        # The guard looks at names; the SDK's own look knows no public one.
        names = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        tools.streamable_http_app(stateless_http=True, json_response=True, transport_security=names)
        async with tools.session_manager.run():
            self._app.set_result(StreamableHTTPASGIApp(tools.session_manager))
            await asyncio.Event().wait()


class KeyRequired:
    """Lets in only who brings the key, where one is set; the guard slows down who guesses."""

    def __init__(self, app: ASGIApp, key: str | None) -> None:
        self._app = app
        self._key = key.encode() if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401 in OpenAI's form."""
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        is_right = scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._key or b"")
        if self._key is None or is_right:
            await self._app(scope, receive, send)
            return
        said = "A key is needed: send the value of TALKS_API_KEY, or the page's password, as “Authorization: Bearer …”."
        error = {"message": said, "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
        response = JSONResponse({"error": error}, 401, headers={"WWW-Authenticate": "Bearer"})
        await response(scope, receive, send)
