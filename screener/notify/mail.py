"""Mail. Apprise reads the address; the message is ours, since its id must be the same when it is sent again."""

import smtplib
import ssl
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from screener.notify.base import (
    IN_TROUBLE,
    NO_ANSWER,
    NO_SERVER,
    NOT_TRUSTED,
    SENT,
    SHUT,
    Note,
    Outcome,
    later,
)

# Said to the mail server in place of this machine's own name, which is none of its business.
DOMAIN = "screener.home.arpa"
SECONDS = 15.0

PASSWORD = Outcome(words=later("The mail server refused the password."))
RECEIVER = Outcome(words=later("The mail server does not take mail for this receiver."))
SENDER = Outcome(words=later("The mail server does not let this sender send."))
MESSAGE = Outcome(words=later("The mail server refused the message."))
PLAIN = Outcome(
    words=later("The mail server can’t encrypt. If it stands in your home, begin the address with mailto://.")
)


def message_id(id: str) -> str:
    return f"<{id}@{DOMAIN}>"


def message(note: Note, *, sender: tuple[str, str], to: str) -> EmailMessage:
    """The mail of a note. A line break in a header is refused by the library itself."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Mailbox(display_name=sender[0], addr_spec=sender[1])
    made["To"] = Mailbox(addr_spec=to)
    made["Subject"] = note.title
    made["Date"] = format_datetime(note.at)
    made["Message-ID"] = message_id(note.id)
    made["Auto-Submitted"] = "auto-generated"
    if note.level == "act":
        made["Importance"] = "high"
    made.set_content(f"{note.body}\n\n{note.link}\n")
    return made


def send(service: Any, note: Note) -> Outcome:
    """`service` is what apprise made of the address."""
    (_, to), sender = service.targets[0], service.from_addr
    made = message(note, sender=("Screener", sender[1]), to=to)
    try:
        server: smtplib.SMTP
        if service.secure_mode == "ssl":
            server = smtplib.SMTP_SSL(
                service.smtp_host, service.port, local_hostname=DOMAIN, timeout=SECONDS, context=trust(service)
            )
        else:
            server = smtplib.SMTP(service.smtp_host, service.port, local_hostname=DOMAIN, timeout=SECONDS)
        with server:
            if service.secure_mode == "starttls":
                server.starttls(context=trust(service))
            if service.user and service.password:
                server.login(service.user, service.password)
            server.send_message(made, sender[1], [to])
    except (OSError, smtplib.SMTPException) as why:
        return outcome(why)
    return SENT


def trust(service: Any) -> ssl.SSLContext:
    """Whom to believe that they are the server: as everywhere, unless the address says that it proves nothing."""
    made = ssl.create_default_context()
    if not service.verify_certificate:
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def outcome(why: Exception) -> Outcome:
    """What went wrong, without the server's own words: they may hold anything."""
    match why:
        case smtplib.SMTPAuthenticationError():
            return PASSWORD
        case smtplib.SMTPNotSupportedError():
            return PLAIN
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in why.recipients.values()]
            return RECEIVER if all(code >= 500 for code in codes) else IN_TROUBLE
        case smtplib.SMTPSenderRefused():
            return SENDER if why.smtp_code >= 500 else IN_TROUBLE
        case smtplib.SMTPResponseException():
            return MESSAGE if why.smtp_code >= 500 else IN_TROUBLE
        case smtplib.SMTPException():
            return IN_TROUBLE
        case _:
            return of_network(why)


def of_network(why: Exception) -> Outcome:
    """What went wrong before a server said anything."""
    match why:
        case ssl.SSLCertVerificationError() | ssl.CertificateError():
            return NOT_TRUSTED
        case TimeoutError():
            return NO_ANSWER
        case ConnectionRefusedError():
            return SHUT
        case ConnectionError() | ssl.SSLError():
            return IN_TROUBLE
        case _:
            return NO_SERVER
