"""Remembers which device refuses our certificate at which host, so that it is left encrypted there."""

from collections import OrderedDict
from dataclasses import dataclass

FIRST_SECONDS = 60.0
GROWTH = 4
LONGEST_SECONDS = 24 * 3600.0
# A browser opens connections in advance and drops some unused; that alone is no refusal.
SILENCES_A_STRIKE = 3
MOST = 4_096


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
