"""Headers that every answer of the public app carries, and the stricter ones for pages."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

# No inline script or style anywhere: a text that slips through as markup still does nothing.
_PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
FORM_POLICY = _PAGE_POLICY.replace("form-action 'none'", "form-action 'self'")
"""For a page with a form, which goes nowhere but here."""
# Nothing but a page has a reason to be rendered at all.
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
SERVER = "trialchat"
"""Of what it is made, and of which release, is nobody's business."""
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # A summary's address is a secret: no other site may learn it from a followed link.
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # What other sites may load (the widget, its texts) says so itself. The chat is fetched with CORS, which this does not touch.
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
OVER_TLS: web.AppKey[bool] = web.AppKey("over_tls", bool)
"""Whether people find the site by https."""


def set_security_headers(response: web.StreamResponse) -> None:
    """Add what is missing; a handler that set a header of its own keeps it."""
    headers = response.headers
    for name, value in _EVERYWHERE.items():
        headers.setdefault(name, value)
    if response.content_type == "text/html":
        headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
    else:
        headers.setdefault("Content-Security-Policy", _DATA_POLICY)


async def set_transport_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For aiohttp's `on_response_prepare`, which no answer passes by: browsers that came by https come by nothing else for a year."""
    response.headers["Server"] = SERVER
    if request.config_dict.get(OVER_TLS, False):
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware: errors carry the headers as well."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        set_security_headers(error)
        raise
    if not response.prepared:
        set_security_headers(response)
    return response
