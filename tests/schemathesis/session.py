"""Prints a session and its CSRF token: of an account whose password is set by the link that is given, or was before."""

import json
import sys
import urllib.request

EMAIL, PASSWORD = "admin@lanyard.example", "purple otter sings at noon"
server, origin, *link = sys.argv[1:]


def post(path, body):
    headers = {"Content-Type": "application/json", "Origin": origin}
    return urllib.request.urlopen(urllib.request.Request(server + path, json.dumps(body).encode(), headers))


if link:
    answer = post("/v1/accounts/reset/confirm", {"token": link[0].split("#token=")[1], "password": PASSWORD})
else:
    answer = post("/v1/sessions", {"email": EMAIL, "password": PASSWORD})
cookies = dict(line.split(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie"))
print(cookies["__Host-lanyard_session"], json.load(answer)["csrf_token"])
