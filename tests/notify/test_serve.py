"""The process that shows the dashboard tells people too, from its first moment on."""

import asyncio
import signal
import sys
from pathlib import Path

import yaml

from screener.home.folder import Home
from screener.seal import Seal
from tests.notify.rig import KIM, a_place
from tests.notify.servers import NtfyServer

PATIENCE = 90


async def test_what_nobody_was_told_before_a_crash_is_told_by_the_next_process(tmp_path: Path, ntfy: NtfyServer):
    home = Home(folder=tmp_path)
    home.made()
    settings = {
        "family": {"members": [{"name": "Kim", "age": 11, "accounts": {"facebook": list(KIM.accounts["facebook"])}}]},
        "dashboard": {"port": 0, "names": ["screener.example"]},
    }
    home.settings.write_text(yaml.safe_dump(settings))
    async with a_place(tmp_path, seal=Seal(key=home.seal_key())) as place:
        await place.channel("u-anna", ntfy.url)
        await place.happens("act", threat=True)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screener.serve", "--home", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    try:
        for _ in range(PATIENCE * 20):
            if ntfy.notes:
                break
            await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        ended = await asyncio.wait_for(process.wait(), PATIENCE)

    assert [note["message"].splitlines()[0] for note in ntfy.notes] == ["Act now."]
    assert ntfy.notes[0]["click"].startswith("http") and "screener.example" in ntfy.notes[0]["click"]
    assert ended == 0
