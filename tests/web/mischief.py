"""A home where everything that has a name bears a hostile one: contacts, members, devices, rules, users, channels."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from screener.alerts import Alert
from screener.events import Account
from screener.family import Family, Member
from screener.notify.address import Address
from screener.relationships import Relationship
from screener.remembered import Called
from screener.rules import STAGES, Signal
from screener.score import Score
from screener.store.base import Recalled
from screener.store.people import acts, answers, channels, filters, invitations, passkeys, sessions, users
from screener.store.tables import issues, readings
from screener.store.times import micros
from tests.make import a_message
from tests.web.house import HASH, KIM, Clock, Home, a_home
from tests.web.strings import THOUSAND

PACKED, FEW = 60, 8
"""So many strings are in an alert of the first kind, which is opened, and of the second, which is only listed."""
ROWS = 60


def plain(text: str) -> str:
    """As a column of a database takes it: no half characters."""
    return text.encode("utf-8", "replace").decode()


async def a_hostile_home(folder: Path) -> tuple[Home, list[str]]:
    """The home, and the ids of the alerts whose pages together hold all thousand strings."""
    strangers = [Member(id=f"member:h{n}", name=text or "x", age=12) for n, text in enumerate(THOUSAND[1::90])]
    family = Family(members=(KIM, *strangers))
    home = await a_home(folder, family=family, clock=Clock(datetime.now(UTC)))
    await home.person("kim", role="child", member=KIM.id)
    packed = []
    for n, texts in enumerate(batched(THOUSAND, PACKED, strict=False)):
        packed.append(await an_alert(home, KIM, f"p{n}", texts))
    for n, texts in enumerate(batched(THOUSAND, FEW, strict=False)):
        await an_alert(home, replace(strangers[n % len(strangers)], name=plain(texts[-1])), f"l{n}", texts)
    await _everything_else(home, packed)
    return home, packed


async def an_alert(home: Home, member: Member, id: str, texts: Sequence[str]) -> str:
    """An alert that bears these strings as whatever a stranger, a platform or a rule gives a name to."""
    at = home.clock() - timedelta(minutes=5)
    name, because, platform = (*texts, *texts, *texts)[:3]
    contact = Account(platform=plain(platform)[:40], id=f"{id}{plain(name)[:150]}", name=name, handle=because, url=name,
                      bio=texts[-1], country=because, origin=platform)  # fmt: skip
    account = Account(platform=contact.platform, id=KIM.accounts["facebook"][0])
    event = a_message(id=f"mid.{id}", at=at, account=account, contact=contact, text=" ".join(texts[:9])[:3000])
    begun = Relationship.first(member=member, event=event).after(event)
    called = tuple(Called(("name", "handle")[n % 2], each, n, n) for n, each in enumerate(texts))
    relationship = replace(begun, names=tuple(texts[:20]), called=called)
    signals = tuple(_signal(n, text, texts, event.id, at) for n, text in enumerate(texts[: PACKED // 2]))
    score = Score(points=80, level="act" if len(texts) > FEW else "talk", stages=STAGES, signals=signals)
    alert = Alert.opening(id=id, score=score, at=at)
    async with home.store.transaction() as tx:
        await tx.keep(member, event, Recalled(relationship=relationship, signals=signals, alert=alert))
    return id


def _signal(n: int, text: str, texts: Sequence[str], event: str, at: datetime) -> Signal:
    other = texts[-1 - n]
    return Signal(rule=f"{n}{text[:100]}", stage=STAGES[n % 4], points=20, because=text, advice=other, event=event,
                  at=at, file=other, words=(3, 40))  # fmt: skip


async def _everything_else(home: Home, packed: Sequence[str]) -> None:
    now, clean = micros(home.clock()), [plain(text) for text in THOUSAND]
    owner = await home.desk.user("anna")
    assert owner
    some = [text for text in clean if text.strip()][:: len(clean) // ROWS][:ROWS]
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _TABLES}
    for n, text in enumerate(some):
        address = Address(url="mailtos://mail.example.com", shown=text).sealed(home.seal, f"c{n}")
        known = {"user": owner.id, "created": now}
        rows[issues] += [{"key": text[:200] + str(n), "severity": ("error", "warning", "note")[n % 3], "what": text,
                          "mend": text[::-1], "since": now, "last": now, "count": 1}]  # fmt: skip
        rows[readings] += [{"device": text[:90] + str(n), "platform": text[:40], "member": text, "last": now}]
        rows[users] += [{"id": f"u{n}", "name": f"{text[:75]}{n}", "password_hash": HASH, "epoch": 0, "created": now,
                         "role": ("parent", "viewer")[n % 2], "member": text}]  # fmt: skip
        rows[invitations] += [{"mark": f"i{n}", "name": f"{text[:70]}i{n}", "role": "viewer", "by": owner.id,
                               "created": now, "until": now + 10**12}]  # fmt: skip
        rows[sessions] += [{**known, "id": f"s{n}", "last": now, "until": now + 10**12, "agent": text, "peer": text}]
        rows[passkeys] += [{**known, "id": f"k{n}", "public_key": b"x", "count": 0, "name": text, "last": now}]
        rows[filters] += [{**known, "name": f"{n}{text}", "query": text[:900]}]
        rows[channels] += [{**known, "id": f"c{n}", "name": text, "address": address, "from_level": "look",
                            "failed": now if n % 2 else None, "failure": text[:200] if n % 2 else ""}]  # fmt: skip
        alert = packed[n % len(packed)]
        rows[acts] += [{"alert": alert, "by": text[:80], "did": text[:20], "at": now}]
        rows[answers] += [{"alert": alert, "by": text[:80], "at": now, "said": "unsure", "words": text}]
    async with home.store.engine.begin() as connection:
        for table, many in rows.items():
            await connection.execute(insert(table), many)


_TABLES = (issues, readings, users, invitations, sessions, passkeys, filters, channels, acts, answers)
