"""Writes Trouter's frames from their described layout: what a case pushes, in one of the four ways of packing it."""

import base64
import gzip
import json
from typing import Any

HEAD = "3:::"


def frame(described: dict[str, Any]) -> bytes:
    """One frame: {to, push, packing}; packing is "body" (the whole body), "cp", "gp", or nothing at all."""
    packing, push = described.get("packing"), described["push"]
    headers = {"X-Microsoft-Skype-Message-ID": "0", "trouter-request": "{}"}
    body: Any = json.dumps(push)
    if packing == "body":
        headers["X-Microsoft-Skype-Content-Encoding"] = "gzip"
        body = base64.b64encode(gzip.compress(body.encode(), mtime=0)).decode()
    elif packing == "cp":
        body = json.dumps({"evt": 107, "cp": base64.b64encode(gzip.compress(body.encode(), mtime=0)).decode()})
    elif packing == "gp":
        body = json.dumps({"evt": 107, "gp": base64.b64encode(body.encode()).decode()})
    request = {"id": 7, "method": "POST", "url": f"/v4/f/page-1{described['to']}", "headers": headers, "body": body}
    return (HEAD + json.dumps(request)).encode()
