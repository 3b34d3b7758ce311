"""Management calls over many tenants at a steady rate, and pages of a long list."""

import asyncio
import hashlib
import json
import random
import string
import time
from statistics import median, quantiles

from servers import HOST, Broken

TENANTS, USERS = 1000, 1000
CONNECTIONS, RATE, SECONDS = 100, 200, 30
MANY = 1_000_000  # users of the tenant whose pages are turned
PAGE = 200
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SCOPES = ("tokens:issue,tokens:introspect,tokens:revoke,users:read,users:write,settings:read,settings:write,"
          "signing-keys:write,api-keys:read,api-keys:write,members:read,audit:read,usage:read")


def api_key(slug, seed):
    """An API key that the server takes for one of its own: its last six characters are a checksum."""
    choose = random.Random(f"{slug}{seed}")
    text = f"lyd_{slug[:8]}_" + "".join(choose.choice(ALPHABET) for _ in range(32))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    for _ in range(6):
        number, digit = divmod(number, 62)
        text += ALPHABET[digit]
    return text


def fill(database):
    """Tenants with readers, an API key that may do everything, and a default deployment, past the server."""
    keys = {f"t{number:04}": api_key(f"t{number:04}", "bench") for number in range(TENANTS)}
    keys["big"] = api_key("big", "bench")
    rows = ",".join(
        f"('{slug}', '\\x{hashlib.sha256(key.encode()).hexdigest()}'::bytea)" for slug, key in keys.items())
    database.sql(
        f"create temporary table given (slug text, hash bytea); insert into given values {rows};"
        "insert into tenants (id, slug, name) select gen_random_uuid(), slug, slug from given;"
        "insert into issuers select 'https://' || slug || '.example', id from tenants where slug in (select slug from given);"
        "insert into deployments (tenant_id, id, name, issuer, audience)"
        " select id, gen_random_uuid(), 'default', 'https://' || slug || '.example', 'talk' from tenants"
        " where slug in (select slug from given);"
        "insert into api_keys (tenant_id, id, name, hash, tail, scopes)"
        f" select id, gen_random_uuid(), 'bench', hash, 'tail', string_to_array('{SCOPES}', ',') from tenants join given"
        " using (slug);"
        "insert into users (tenant_id, id, email, username, version)"
        " select id, 'u' || lpad(n::text, 7, '0'), 'u' || n || '@example.org', 'reader' || n, 1"
        f" from tenants, generate_series(1, case when slug = 'big' then {MANY} else {USERS} end) n"
        " where slug in (select slug from given);"
        # A thousand pages one after the other are no attack here.
        "update tenants set requests_per_second = 100000 where slug = 'big'")
    database.sql("vacuum analyze users", "vacuum analyze tenants", "vacuum analyze api_keys")
    return keys


def request(method, path, key, body=None):
    text = json.dumps(body) if body is not None else ""
    kind = "Content-Type: application/json\r\n" if body is not None else ""
    return (f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n{kind}"
            f"Content-Length: {len(text)}\r\n\r\n{text}").encode()


def some_call(keys, number):
    """Nine reads to a write, each on another tenant."""
    choose = random.Random(number)
    slug = f"t{choose.randrange(TENANTS):04}"
    base = f"/v1/tenants/{slug}"
    user = f"u{choose.randrange(1, USERS + 1):07}"
    if number % 10 == 0:
        method, path, body = choose.choice((
            ("PATCH", f"{base}/users/{user}", {"username": f"new{number}"}),
            ("POST", f"{base}/users", {"id": f"n{number}-{time.time_ns()}", "username": "new"}),
            ("POST", f"{base}/users/{user}/revoke-tokens", {}),
            ("PATCH", f"{base}/settings", {"name": f"Newsroom {number}"}),
        ))
    else:
        method, body = "GET", None
        path = base + choose.choice((
            "/users?limit=50", f"/users/{user}", "/users?search=reader1&limit=20", "/settings", "/api-keys",
            "/audit-events?limit=50", "/deployments", "/deployments/default/signing-keys", "/members", "/usage"))
    return request(method, path, keys[slug], body)


async def answer(reader):
    """Status and body of the next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)


async def steady(port, keys, seconds):
    """Latencies in seconds, each from the moment when the call was due: a slow answer doesn't slow the clock."""
    waiting, latencies = asyncio.Queue(), []

    async def connection():
        reader, writer = await asyncio.open_connection(HOST, port)
        while (call := await waiting.get()) is not None:
            due, text = call
            writer.write(text)
            status, body = await answer(reader)
            latencies.append(time.monotonic() - due)
            if status >= 400:
                raise Broken(f"{text.split(b' HTTP')[0].decode()} is answered {status}: {body[:300].decode()}")
        writer.close()

    workers = [asyncio.create_task(connection()) for _ in range(CONNECTIONS)]
    begin = time.monotonic()
    for number in range(RATE * seconds):
        due = begin + number / RATE
        await asyncio.sleep(max(0, due - time.monotonic()))
        waiting.put_nowait((due, some_call(keys, number)))
    for _ in workers:
        waiting.put_nowait(None)
    await asyncio.gather(*workers)
    return latencies


async def pages(port, key):
    """Seconds for the first page and the thousandth of a long list, in turns."""
    reader, writer = await asyncio.open_connection(HOST, port)

    async def ask(cursor=None):
        path = f"/v1/tenants/big/users?limit={PAGE}" + (f"&cursor={cursor}" if cursor else "")
        begin = time.monotonic()
        writer.write(request("GET", path, key))
        status, body = await answer(reader)
        if status != 200:
            raise Broken(f"a page is answered {status}: {body[:300].decode()}")
        return time.monotonic() - begin, json.loads(body)["next_cursor"]

    cursor = None
    for _ in range(999):
        _, cursor = await ask(cursor)
    first, last = [], []
    for _ in range(50):
        first.append((await ask())[0])
        last.append((await ask(cursor))[0])
    writer.close()
    return median(first), median(last)


def measure(server, keys, seconds=SECONDS):
    """Figures: the median and the 99th percentile of calls, and the two pages, all in seconds."""
    asyncio.run(steady(server.port, keys, 3))  # every tenant's first touch is a cold start, which is not asked about
    latencies = asyncio.run(steady(server.port, keys, seconds))
    first, last = asyncio.run(pages(server.port, keys["big"]))
    return {
        "calls": len(latencies), "median": median(latencies), "p99": quantiles(latencies, n=100)[98],
        "worst": max(latencies), "first_page": first, "page_1000": last,
    }
