"""What a way of telling somebody is: it takes a note to an address, and says in plain words what came of it."""

from dataclasses import dataclass
from datetime import datetime

from screener.languages import later as later
from screener.levels import LevelName


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is sent. `id` is the same whenever this note is sent again; `link` is the dashboard's own address.

    None of it comes from a contact. Whoever makes one uses words.py.
    """

    id: str
    title: str
    body: str
    link: str
    at: datetime
    level: LevelName | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`words` are empty where it went well; they are translated when they are shown."""

    words: str = ""

    @property
    def well(self) -> bool:
        return not self.words


SENT = Outcome()


NO_SERVER = Outcome(words=later("There is no server of this name, or it can’t be reached from here."))
NO_ANSWER = Outcome(words=later("The server did not answer in time."))
SHUT = Outcome(words=later("The server does not listen there. Check its name and port, and whether it runs."))
NOT_TRUSTED = Outcome(words=later("The server’s certificate is not one that this machine trusts."))
ELSEWHERE = Outcome(words=later("The server wants to send us on to another address. That is never followed."))
TOO_MANY = Outcome(words=later("The server says that too much was sent. It will be tried again later."))
IN_TROUBLE = Outcome(words=later("The server has trouble of its own. It will be tried again later."))
REFUSED = Outcome(words=later("The server refused the name, the password or the token."))
NOT_FOUND = Outcome(words=later("The server does not know this address. Check how it is written."))
NOT_TAKEN = Outcome(words=later("The service did not take it. Check the address."))
BUSY = Outcome(words=later("The last one is still on its way. Try again in a minute."))
UNREADABLE = Outcome(words=later("The address can’t be read any more. Remove it, and add it again."))
