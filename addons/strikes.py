"""Remembers which device refuses our certificate where, and which host turns us away: both are left encrypted."""

from collections import OrderedDict, deque
from dataclasses import dataclass

FIRST_SECONDS = 60.0
GROWTH = 4
LONGEST_SECONDS = 24 * 3600.0
# A browser opens connections in advance and drops some unused; that alone is no refusal.
SILENCES_A_STRIKE = 3
MOST = 4_096
# A platform that takes us for a machine turns nearly everything away; a page that is not allowed, here and there one.
ANSWERS, TURNED_AWAY, WITHIN_SECONDS = 40, 24, 600.0
FIRST_PAUSE_SECONDS = 600.0
MOST_HOSTS = 512


@dataclass(frozen=True, kw_only=True)
class _Record:
    strikes: int = 0
    silences: int = 0
    until: float = 0.0


class Strikes:
    """By device and host, bounded, least recently touched out first; `at` is a clock that never goes back."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._records: OrderedDict[tuple[str, str], _Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def in_force(self, device: str, host: str, at: float) -> bool:
        """Whether this device is to be left alone at this host."""
        record = self._records.get((device, host))
        return record is not None and at < record.until

    def refused(self, device: str, host: str, at: float) -> None:
        """The device refused the certificate: each time it is left alone for longer."""
        strikes = self._records.get((device, host), _Record()).strikes + 1
        # The exponent is bounded as well: a float overflows where a pause is long past its longest.
        pause = min(FIRST_SECONDS * GROWTH ** min(strikes - 1, 16), LONGEST_SECONDS)
        self._keep(device, host, _Record(strikes=strikes, until=at + pause))

    def fell_silent(self, device: str, host: str, at: float) -> None:
        """The device hung up without a word, in the handshake or after it, as some do that refuse the certificate."""
        before = self._records.get((device, host), _Record())
        if before.silences + 1 >= SILENCES_A_STRIKE:
            self.refused(device, host, at)
        else:
            after = _Record(strikes=before.strikes, silences=before.silences + 1, until=before.until)
            self._keep(device, host, after)

    def spoke(self, device: str, host: str) -> None:
        """The device asked for something, so it trusts us there."""
        self._records.pop((device, host), None)

    def _keep(self, device: str, host: str, record: _Record) -> None:
        self._records[device, host] = record
        self._records.move_to_end((device, host))
        while len(self._records) > self._most:
            self._records.popitem(last=False)


@dataclass(kw_only=True)
class _Host:
    answers: deque[tuple[float, bool]]
    times: int = 0
    until: float = 0.0


class TurnedAway:
    """By host, bounded: whether it answers most of what is asked through us with a refusal."""

    def __init__(self, most: int = MOST_HOSTS) -> None:
        self._most = most
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def in_force(self, host: str, at: float) -> bool:
        """Whether this host is left alone, on every device."""
        found = self._hosts.get(host)
        return found is not None and at < found.until

    def answered(self, host: str, refused: bool, at: float) -> bool:
        """An answer came; says whether with it the host is left alone, each time for longer."""
        found = self._hosts.get(host)
        if found is None:
            if not refused:
                return False  # Nearly every host, nearly always: nothing to remember.
            found = self._hosts[host] = _Host(answers=deque(maxlen=ANSWERS))
            if len(self._hosts) > self._most:
                self._hosts.popitem(last=False)
        found.answers.append((at, refused))
        if not refused or at < found.until:
            return False
        if sum(1 for when, was in found.answers if was and at - when < WITHIN_SECONDS) < TURNED_AWAY:
            return False
        found.until = at + min(FIRST_PAUSE_SECONDS * GROWTH ** min(found.times, 16), LONGEST_SECONDS)
        found.times += 1
        found.answers.clear()
        return True
