"""What a page of users costs in the database, the first and the thousandth, behind row-level security.

Usage: script/with-postgres python3 tests/bench/pages.py [USERS]   (a million unless told)

Runs the very queries of crates/storage, as .sqlx has them, with the plan that a prepared statement settles on, and
fails when the thousandth page costs more than the bar times the first.
"""

import json
import pathlib
import re
import subprocess
import sys
from statistics import median

BAR = 1.5
LIMIT = 101
PAGE = 1000
ROUNDS = 41
TENANTS = ["00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"]
GREATEST = "\U0010ffff" * 256


def psql(script):
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(command, input=script, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"pages: psql failed: {done.stderr.strip()}")
    return done.stdout


def seed(count):
    values = ", ".join(f"('{tenant}', 'bench-{number}', 'Bench')" for number, tenant in enumerate(TENANTS))
    psql(f"""
        insert into tenants (id, slug, name) values {values};
        insert into users (tenant_id, id, email, username, version, disabled_at)
        select tenant::uuid, 'u' || lpad(n::text, 8, '0'), 'Mail' || lpad(n::text, 8, '0') || '@example.org',
               'Reader ' || (n % 1000), 1, case when n % 5 = 0 then now() end
        from unnest(array{TENANTS}) as tenant, generate_series(1, {count}) as n;
        vacuum analyze users;
    """)


def queries():
    """The queries for pages, by what they are ordered by and filtered for."""
    found = {}
    for file in pathlib.Path(__file__).parents[2].glob(".sqlx/query-*.json"):
        query = json.loads(file.read_text())["query"]
        if not re.search(r"from users\s.*order by .* limit \$", query, re.DOTALL):
            continue
        key = re.search(r"order by (\w+)", query).group(1)
        kind = "disabled" if "disabled_at is not null" in query else "search" if "< $" in query else "all"
        found[f"{kind} by {key}"] = query
    return found


def arguments(kind, place):
    key, user = place
    return {
        "all by id": [user],
        "disabled by id": [user],
        "search by id": [user, "u", "v"],
        "search by email_key": [key, user, "mail", "maim"],
        "search by username_key": [key, user, "reader", "reades"],
    }[kind]


def place_of(kind, rank):
    """Where the page after so many rows begins."""
    if rank == 0:
        return "", ""
    column = kind.split()[-1]
    only = "and disabled_at is not null" if kind.startswith("disabled") else ""
    row = psql(f"""select {column}, id from users where tenant_id = '{TENANTS[0]}' {only}
                   order by {column}, id offset {rank - 1} limit 1;""").strip()
    return tuple(row.split("|")) if row else sys.exit("pages: too few users for the thousandth page")


def cost(kind, query, place):
    bound = [f"'{TENANTS[0]}'", *(f"'{text}'" for text in arguments(kind, place)), str(LIMIT)]
    execute = f"explain (analyze, buffers, costs off, timing off) execute page({', '.join(bound)});"
    output = psql(f"""
        set role lanyard_app; set app.tenant = '{TENANTS[0]}'; set plan_cache_mode = force_generic_plan;
        prepare page as {query};
        {execute * ROUNDS}
    """)
    times = [float(text) for text in re.findall(r"Execution Time: ([\d.]+) ms", output)]
    if "Seq Scan" in output or "Sort" in output.replace("Incremental Sort", "Sort"):
        sys.exit(f"pages: {kind} isn't served by an index:\n{output[:2000]}")
    return median(times)


def main():
    seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    missed = False
    found = queries()
    if len(found) != 5:
        sys.exit(f"pages: expected five queries, found {sorted(found)}")
    for kind, query in sorted(found.items()):
        first = cost(kind, query, place_of(kind, 0))
        last = cost(kind, query, place_of(kind, (PAGE - 1) * (LIMIT - 1)))
        ratio = last / first
        missed |= ratio > BAR
        print(f"{kind:24} page 1: {first:.3f} ms  page {PAGE}: {last:.3f} ms  ratio {ratio:.2f} (bar {BAR})", flush=True)
    sys.exit(1 if missed else 0)


main()
