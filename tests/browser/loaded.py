"""What a server has loaded before its first page; `tests.browser.warm` forks servers from a process that imported this.

Pages are not among it: their parts make themselves known to the server that runs. Streamlit reads what every installed
package says of itself, in search of components that nobody here uses; that is found once and remembered.
"""

from functools import cache
from importlib import import_module

from streamlit.components.v2 import manifest_scanner

for _name in (
    "anyio._backends._asyncio",
    "anyio.streams.memory",
    "markdown_it",
    "oversight_app.document",
    "oversight_app.providers",
    "oversight_app.quoting",
    "oversight_app.replies",
    "oversight_app.routes",
    "oversight_app.running",
    "oversight_app.server",
    "oversight_app.study.page",
    "starlette.middleware.sessions",
    "streamlit.web.bootstrap",
    "streamlit.web.cli",
    "streamlit.web.server.starlette.starlette_agent_routes",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
):
    import_module(_name)

_search = cache(manifest_scanner.scan_component_manifests)
_search()
vars(manifest_scanner)["scan_component_manifests"] = _search
