"""The route GET /comments/token: the token of the reader whose session this is.

The API key is in the environment, as LANYARD_API_KEY, and never reaches a browser. No token is logged.
"""

import json
import logging
import os
import urllib.request

LANYARD = "https://lanyard.example/t/tenant/"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # The API key goes to Lanyard and nowhere else.


OPENER = urllib.request.build_opener(NoRedirect)


def lanyard_token(reader):
    call = urllib.request.Request(
        LANYARD,
        data=json.dumps({"id": str(reader)}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['LANYARD_API_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with OPENER.open(call, timeout=5) as answer:
        if answer.status != 201:
            raise ValueError(f"Lanyard answers with status {answer.status}")
        return json.load(answer)["token"]


def comments_token(environ, start_response):
    """A WSGI application; in Django and Flask the same stands in a view."""
    headers = [("Cache-Control", "no-store"), ("Content-Type", "application/json")]
    reader = environ.get("REMOTE_USER")  # Where your CMS keeps the id of whoever is logged in.
    if not reader:
        start_response("204 No Content", headers[:1])
        return []
    try:
        token = lanyard_token(reader)
    except Exception as error:  # Its text may hold what was sent or answered, so only its name is logged.
        status = getattr(error, "code", "")
        logging.error("No token for the comments: %s %s", type(error).__name__, status)
        start_response("502 Bad Gateway", headers[:1])
        return []
    start_response("200 OK", headers)
    return [json.dumps({"token": token}).encode()]
