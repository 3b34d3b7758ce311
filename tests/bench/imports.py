"""An import beside psql's \\copy of the same rows into the same table."""

import subprocess
import time
from statistics import median

from servers import Broken


def record(number):
    """A reader as a line of NDJSON."""
    return f'{{"id":"u{number:07}","email":"u{number}@example.org","username":"reader{number}"}}\n'


def write_records(path, count):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(record(number) for number in range(1, count + 1))


def write_rows(path, count, tenant):
    """The same readers as rows for COPY."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(
            f"{tenant}\tu{number:07}\tu{number}@example.org\treader{number}\t1\n" for number in range(1, count + 1))


def timed(command, environment=None):
    started = time.monotonic()
    done = subprocess.run(command, env=environment, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    if done.returncode:
        raise Broken(f"an import failed: {done.stderr.strip()[-500:]}")
    return seconds


def compare(lanyard, database, folder, count, rounds):
    """Seconds of each, in turns, into a table emptied before: figures for the report."""
    records, rows = folder / "readers.ndjson", folder / "readers.copy"
    tenant = database.sql("select id from tenants where slug = 'bench'")
    write_records(records, count)
    write_rows(rows, count, tenant)
    columns = "tenant_id, id, email, username, version"
    commands = {
        "copy": [database.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.name,
                 "-c", f"\\copy users ({columns}) from '{rows}'"],
        "import": [lanyard.program, "user", "import", "--tenant", "bench", str(records)],
    }
    seconds = {name: [] for name in commands}
    contents = set()
    for number in range(1, rounds + 1):
        for name, command in commands.items():
            # What an import remembers of the file goes too, or the second one would find nothing to do.
            database.sql("truncate users, imports", "update tenants set user_count = 0", "vacuum analyze users",
                         "checkpoint")
            seconds[name].append(timed(command, lanyard.environment))
            contents.add(database.sql(
                "select count(*), sum(hashtext(concat_ws('|', tenant_id, id, email, username))), count(extra) from users"))
        print(f"import, round {number}: {seconds['copy'][-1]:.2f} s by \\copy, {seconds['import'][-1]:.2f} s by lanyard",
              flush=True)
    if len(contents) != 1 or not contents.pop().startswith(f"{count}|"):
        raise Broken("the import and \\copy didn't write the same rows")
    return {
        "rows": count,
        "ratio": median(ours / copy for copy, ours in zip(seconds["copy"], seconds["import"])),
        "copy_seconds": seconds["copy"],
        "import_seconds": seconds["import"],
    }
