"""The PAC file: sends a browser's watched hosts through the proxy, and direct when the proxy is not there."""

import json
from collections.abc import Collection

from screener.home.probe import PROBE_HOSTS


def pac(proxy: str, *, exact: Collection[str], below: Collection[str]) -> str:
    """The file's text. `proxy` is "host:port"; `exact` are host names, `below` domains whose every name is watched."""
    return f"""// Screener: only these hosts go through the proxy; all else, and everything if it stops, goes direct.
var exact = {json.dumps(dict.fromkeys([*sorted(exact), *sorted(PROBE_HOSTS)], 1))};
var below = {json.dumps(dict.fromkeys(sorted(below), 1))};

function FindProxyForURL(url, host) {{
  host = host.toLowerCase();
  if (exact.hasOwnProperty(host)) return "PROXY {proxy}; DIRECT";
  for (var dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1))
    if (below.hasOwnProperty(host.substring(dot + 1))) return "PROXY {proxy}; DIRECT";
  return "DIRECT";
}}
"""
