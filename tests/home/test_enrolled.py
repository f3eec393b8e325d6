"""Which devices are looked after: the sign says so where it is true, and nobody can fill the list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mitmproxy.test import tflow

from addons import enrolled
from addons.enrolled import Enrolled, read, write
from addons.gate import Gate
from screener.home.probe import ENROLLED_HEADER, PROBE_HOST
from screener.platforms import endpoints


async def test_ever_new_addresses_keep_nobody_from_being_looked_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolled, "MOST", 3)
    path = tmp_path / "enrolled.json"
    write(path, {f"fd00::{n}": f"2026-01-0{n}T00:00:00.000+00:00" for n in range(1, 6)})
    listed = Enrolled(path)

    listed.add("192.168.1.20")
    await listed.saved()

    assert "192.168.1.20" in listed
    assert sorted(read(path)) == ["192.168.1.20", "fd00::4", "fd00::5"]


@pytest.mark.parametrize(("ahead", "said"), [(timedelta(0), "yes"), (timedelta(hours=2), "no")])
async def test_the_sign_is_told_whether_the_device_is_looked_after(tmp_path: Path, ahead: timedelta, said: str) -> None:
    # After the clock was set back, devices enrol before there was the certificate that they trust.
    made = tmp_path / "made"
    made.write_text((datetime.now(UTC) - timedelta(hours=1) + ahead).isoformat(timespec="milliseconds"))
    listed = Enrolled(tmp_path / "enrolled.json", made=made)
    flow = tflow.tflow()
    flow.client_conn.peername = ("192.0.2.7", 5)
    flow.client_conn.sni, flow.client_conn.tls, flow.client_conn.timestamp_tls_setup = PROBE_HOST, True, 1.0
    flow.request.scheme, flow.request.host, flow.request.path = "https", PROBE_HOST, "/"
    flow.request.headers["host"] = PROBE_HOST
    flow.request.headers[ENROLLED_HEADER] = "whatever a browser claims"

    Gate(endpoints(), listed, lambda *_: None).requestheaders(flow)
    await listed.saved()

    assert flow.request.headers[ENROLLED_HEADER] == said
