"""Asks PyJWT to verify and sign; the requests and answers are those of driver.mjs."""

import json
import sys

import jwt


def verify(request):
    issuer, audience = request.get("issuer"), request.get("audience")
    claims = jwt.decode(
        request["token"],
        request["key"],
        algorithms=[request["algorithm"]],
        issuer=issuer,
        audience=audience,
        # PyJWT refuses an unasked-for audience; the other libraries ignore it.
        options={"verify_aud": audience is not None, "verify_iss": issuer is not None},
    )
    return {"claims": claims}


def sign(request):
    headers = {"kid": request["kid"]} if request.get("kid") else None
    token = jwt.encode(
        request["claims"], request["key"], algorithm=request["algorithm"], headers=headers
    )
    return {"token": token}


OPERATIONS = {"verify": verify, "sign": sign}


def answer(line):
    """Answers one request, given as a line of JSON; never raises."""
    try:
        request = json.loads(line)
        if request["op"] not in OPERATIONS or request["library"] != "pyjwt":
            raise ValueError("unknown op or library")
        return {"ok": True, **OPERATIONS[request["op"]](request)}
    except Exception as error:  # whatever a library throws is its verdict
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)
