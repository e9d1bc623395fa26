"""Reads the vendors' own environment variables, and refuses values that cannot work before anything is sent.

Messages name the variable and the fix, never the value: it may be a key, and it may have been pasted into the wrong
variable. It does not know which vendor wants which variable.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from rag.errors import ConfigurationError


def required(environ: Mapping[str, str], name: str) -> str:
    """The value of `name`. Raises `ConfigurationError` if it is not set, blank, or could not be an HTTP header.

    A key copied together with its line break is the usual case; sent as it is, it would come back in the text of an
    exception.
    """
    value = environ.get(name)
    if value is None:
        raise ConfigurationError(f"{name} is not set.")
    if not value.strip():
        raise ConfigurationError(f"{name} is set but blank.")
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        raise ConfigurationError(f"{name} has a line break, an outer space or a character outside ASCII in it.")
    return value


def optional(environ: Mapping[str, str], name: str, default: str) -> str:
    """As `required`, but `default` if `name` is not set. Set and blank is still an error: somebody meant something."""
    return required(environ, name) if name in environ else default


def endpoint(environ: Mapping[str, str], name: str) -> str:
    """The address in `name`: https, or http to a host of one's own; without a user name, a query or a fragment."""
    value = required(environ, name)
    try:
        url = urlsplit(value)
        host, _ = url.hostname, url.port  # reading the port is what checks it
    except ValueError:
        host = None
    if not host or url.scheme not in {"http", "https"}:
        raise ConfigurationError(f"{name} is not an address that starts with https:// (or http:// and a local host).")
    if "@" in url.netloc or url.query or url.fragment:
        raise ConfigurationError(f"{name} may not carry a user name, a query or a fragment.")
    if url.scheme == "http" and not _is_local(host):
        raise ConfigurationError(f"{name} must start with https://: the key would travel in the clear.")
    return value


def _is_local(host: str) -> bool:
    """Whether `host` is this machine or on its own network: a name without a dot, a loopback or private address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    return address.is_loopback or address.is_private
