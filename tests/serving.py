"""HTTP servers of tests, each in a thread of its own."""

import threading
from socketserver import BaseServer

# A server that is shut down notices at its next look; half a second is what the standard library waits.
LOOKS_EVERY = 0.01


def serve(server: BaseServer) -> None:
    """It answers until somebody calls its `shutdown`."""
    threading.Thread(target=server.serve_forever, args=(LOOKS_EVERY,), daemon=True).start()
