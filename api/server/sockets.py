"""The socket that clients connect to: bound by this process, or inherited from a supervisor such as systemd."""

import errno
import os
import socket
import sys

from api.settings import Settings

INHERITED = 3
"""The descriptor of an inherited socket, by systemd's convention."""


UNREAD_SECONDS = 30
"""How long a client may take nothing of what is sent to it."""


class CannotListenError(Exception):
    """The server cannot listen for connections; the text says why."""


def is_inherited() -> bool:
    """Whether a supervisor passed its socket to this process. It keeps the socket open between two runs."""
    return os.environ.get("LISTEN_PID") == str(os.getpid())


def bind(settings: Settings) -> socket.socket:
    """The inherited socket, or a new one bound to HOST and PORT, not yet listening. Raises CannotListenError."""
    if is_inherited():
        inherited = socket.socket(fileno=INHERITED)
        if os.environ.get("LISTEN_FDS") != "1" or inherited.family not in (socket.AF_INET, socket.AF_INET6):
            raise CannotListenError("LISTEN_FDS must pass exactly one TCP socket.")
        return inherited
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise CannotListenError(f"Cannot listen on {settings.host}: {error.strerror}. Set another HOST=.") from None
        raise _refused(settings.host, settings.port, error) from None
    return listener


def listen(listener: socket.socket, backlog: int) -> None:
    """Start listening, with Nagle's algorithm off for the connections. Raises CannotListenError."""
    listener.setblocking(False)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        # Connections inherit it: one whose client takes nothing of what is sent is closed after this time.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    try:
        listener.listen(backlog)
    except OSError as error:  # another process that bound the port at the same time listens by now
        host, port = listener.getsockname()[:2]
        raise _refused(host, port, error) from None


def url(listener: socket.socket) -> str:
    """The URL at which clients reach a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refused(host: str, port: int, error: OSError) -> CannotListenError:
    return CannotListenError(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with PORT=.")
