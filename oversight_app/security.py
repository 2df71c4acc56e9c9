"""What every answer of both servers carries, what neither tells strangers, and whose page sends a request."""

from starlette.requests import HTTPConnection

# Streamlit's page needs inline styles and scripts, and blob: for its components; nothing from any other host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HIDDEN = ("/_stcore/metrics", "/_stcore/agent")
"""Streamlit's own addresses that tell strangers about the server."""


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether a page from this very address sends it; a program that names no origin is none."""
    origin = connection.headers.get("origin", "")
    return origin != "" and origin.partition("://")[2] == connection.headers.get("host")
