"""An SMTP server for tests. Each letter becomes a JSON file, read by Python's own `email`.

Usage: mailbox.py PORT FOLDER   (port 0: any that is free; prints the port; ends when standard input does)

Who logs in must be `lanyard` with the password `pass@word`. Nobody lives at `nobody@...`.
"""

import asyncio
import email
import email.policy
import itertools
import json
import pathlib
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOGIN = LoginPassword(b"lanyard", b"pass@word")


class Mailbox:
    """Keeps what arrives."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.numbers = itertools.count(len(list(self.folder.glob("*.json"))))

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}> is not here, see https://mail.example/why"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        letter = {
            "recipients": envelope.rcpt_tos,
            "sender": envelope.mail_from,
            "authenticated": bool(session.authenticated),
            "headers": [[name, str(value)] for name, value in message.items()],
            "subject": message["subject"],
            "text": message.get_content().replace("\r\n", "\n"),
        }
        path = self.folder / f"{next(self.numbers):06}.json"
        half = path.with_suffix(".half")
        half.write_text(json.dumps(letter))
        half.rename(path)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, login):
    return AuthResult(success=login == LOGIN, handled=False)


async def main(port, folder):
    mailbox = Mailbox(folder)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(
            mailbox, hostname="mail.example", authenticator=authenticate, auth_require_tls=False, enable_SMTPUTF8=True
        ),
        "127.0.0.1",
        port,
    )
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
