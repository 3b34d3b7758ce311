"""Measures Lanyard beside a bare server that answers the same bytes, and judges it by the bars.

Run it by script/bench, which builds both and starts Postgres.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import imports
import load
import manage
from servers import HOST, Broken, Database, Lanyard, Redis, Server, free_port

PARTS = ("validate", "issue", "coral", "redis", "start", "import", "manage")
READERS = 1000  # in the load: so many that no two requests at a time are for one reader
MIDDLE = READERS // 2
MIB = 1 << 20

# The most that each may be.
CPU_RATIO = {"validate": 1.7, "issue": 2.5, "redis": 3.0}
CORAL_RATIO = 1.15
START_MEMORY = 64 * MIB
FIRST_VALIDATE = 0.3  # seconds
IMPORT_RATIO = 4.0
MANAGE_P99 = 50  # milliseconds
PAGE_RATIO = 1.5


@dataclass
class Bar:
    """A figure and the most that it may be."""

    name: str
    value: float
    limit: float
    unit: str = ""

    @property
    def passed(self):
        return self.value <= self.limit

    def __str__(self):
        verdict = "PASS" if self.passed else "FAIL"
        return f"{verdict}  {self.name:<48} {self.value:8.2f}{self.unit}  at most {self.limit:g}{self.unit}"


def start_bare(programs, user_body, token_body):
    port = free_port()
    server = Server([programs / "examples" / "bare", f"{HOST}:{port}", user_body, token_body], port)
    server.wait_for(Lanyard.PATH)
    return server


def check_same_answers(bare, lanyard, token, api_key):
    """Refuses to compare servers that answer differently in more than what differs from request to request."""
    varying = ("date", "x-request-id")
    body = json.dumps({"id": f"u{MIDDLE:07}"})
    for request in (("GET", Lanyard.PATH, token, None), ("POST", Lanyard.PATH, api_key, body)):
        shapes = []
        for server in (bare, lanyard):
            status, headers, body = server.ask(*request)
            shapes.append((status, len(body), sorted(
                (name.lower(), None if name.lower() in varying else value) for name, value in headers)))
        if shapes[0] != shapes[1]:
            raise Broken(f"the servers answer {request[0]} differently: {shapes[0]} and {shapes[1]}")


class Bench:
    """One run: what it has started, and what it has found."""

    def __init__(self, options, folder, stack):
        self.options = options
        self.folder = folder
        self.stack = stack
        self.bars = []
        self.figures = {"cpus": len(os.sched_getaffinity(0)), "workers": options.workers}
        self.reports = []
        self.disturbed = False

    def wants(self, *parts):
        return any(part in self.options.only for part in parts)

    def requests(self, name, lines):
        path = self.folder / f"{name}.requests"
        path.write_text("\n".join(lines) + "\n")
        return path

    def serve(self, part, **settings):
        """Starts Lanyard and notes its memory when it is ready, before any load."""
        server = self.lanyard.serve(**settings)
        server.wait_for("/readyz")
        self.figures.setdefault("start_memory", {})[part] = server.resident()
        return server

    def prepare(self):
        """A tenant with readers, an API key, a token."""
        self.redis = self.stack.enter_context(Redis(self.folder))
        self.lanyard = Lanyard(self.options.programs / "lanyard", Database("bench"), self.folder, self.redis)
        records = self.folder / "few.ndjson"
        imports.write_records(records, READERS)
        self.lanyard.cli("user", "import", "--tenant", "bench", records)
        secret = self.folder / "coral-secret"
        secret.write_text("ssosec_" + os.urandom(32).hex())
        self.lanyard.cli("deployment", "create", "--tenant", "bench", "--deployment", "coral", "--kind", "coral")
        self.lanyard.cli(
            "key", "import", "--tenant", "bench", "--deployment", "coral", "--kid", "5f3a9c0d1e2b4f6a", "--activate",
            "--file", secret)
        self.api_key = self.lanyard.cli("api-key", "create", "--tenant", "bench", "--name", "bench")
        self.token = self.lanyard.cli("token", "issue", "--tenant", "bench", "--user", f"u{MIDDLE:07}")

    def measure_start(self):
        """From exec to the first good answer; Postgres and Redis are up."""
        times = []
        for _ in range(self.options.starts):
            with self.lanyard.serve() as server:
                times.append(server.wait_for(Lanyard.PATH, token=self.token))
        self.figures["first_validate_seconds"] = times
        self.reports.append(
            f"start\n  first good validate  median {median(times) * 1e3:.0f} ms, slowest {max(times) * 1e3:.0f} ms of"
            f" {len(times)} starts")
        self.bars.append(Bar("first good validate, the slowest start", max(times) * 1e3, FIRST_VALIDATE * 1e3, " ms"))

    def measure_load(self):
        with self.serve("hot") as lanyard:
            tokens = []
            posts = [json.dumps({"id": f"u{number:07}"}) for number in range(1, READERS + 1)]
            for body in posts:
                status, _, answer = lanyard.ask("POST", Lanyard.PATH, self.api_key, body)
                if status != 201:
                    raise Broken(f"no token: {status} {answer}")
                tokens.append(json.loads(answer)["token"])
            user_body = lanyard.ask("GET", Lanyard.PATH, tokens[MIDDLE - 1])[2]
            bare = self.stack.enter_context(
                start_bare(self.options.programs, user_body, json.dumps({"token": tokens[0]}, separators=(",", ":"))))
            check_same_answers(bare, lanyard, tokens[MIDDLE - 1], self.api_key)
            validate = self.requests("validate", tokens)
            issue = self.requests("issue", [f"{self.api_key}\t{body}" for body in posts])
            if self.wants("validate"):
                self.compare("validate", bare, lanyard, validate)
            if self.wants("issue"):
                self.compare("issue", bare, lanyard, issue)
            if self.wants("coral"):
                self.compare_coral(lanyard, issue)
        if self.wants("redis"):
            self.measure_redis(bare, validate)

    def compare_coral(self, lanyard, issue):
        """Tokens for Coral beside tokens for Talk, of the same server for the same readers."""
        comparison = load.compare(
            "issue for Coral", (lanyard, lanyard), (Lanyard.PATH, Lanyard.PATH + "coral/"), issue, self.options.rounds,
            self.options.seconds, sides=("Talk", "Coral"))
        self.figures["coral"] = comparison.figures()
        self.figures.setdefault("loaded_memory", {})["coral"] = lanyard.resident()
        self.reports.append(comparison.report())
        self.bars.append(Bar("issue for Coral: CPU per token, to Talk's", comparison.cpu_ratio, CORAL_RATIO))

    def measure_redis(self, bare, validate):
        """Nothing fits into the memory of the process, so every validate asks Redis; Redis is asked whether that is so."""
        with self.serve("redis", LANYARD_READERS_MEMORY="0") as lanyard:
            before = self.redis.calls("hmget")
            comparison = self.compare("redis", bare, lanyard, validate)
            asked = self.redis.calls("hmget") - before
        # Lanyard leaves a Redis alone that doesn't answer in time, as on a machine that is busy with other things.
        if asked < 0.99 * comparison.requests:
            raise Broken(f"Redis was asked only {asked} times in {comparison.requests} requests: is the machine busy?")

    def compare(self, part, bare, lanyard, requests):
        comparison = load.compare(
            part, (bare, lanyard), (Lanyard.PATH, Lanyard.PATH), requests, self.options.rounds, self.options.seconds)
        self.figures[part] = comparison.figures()
        self.figures.setdefault("loaded_memory", {})[part] = lanyard.resident()
        self.disturbed |= comparison.disturbed
        self.reports.append(comparison.report())
        if part in CPU_RATIO:
            self.bars.append(Bar(f"{part}: CPU per request, to the bare server's", comparison.cpu_ratio, CPU_RATIO[part]))
        return comparison

    def measure_import(self):
        database = Database("bench_import")
        lanyard = Lanyard(self.options.programs / "lanyard", database, self.folder)
        found = imports.compare(lanyard, database, self.folder, self.options.rows, self.options.imports)
        self.figures["import"] = found
        self.reports.append(
            f"import of {found['rows']:,} rows\n  \\copy {median(found['copy_seconds']):.2f} s   lanyard"
            f" {median(found['import_seconds']):.2f} s   ratio {found['ratio']:.2f}")
        self.bars.append(Bar("import: time, to \\copy's", found["ratio"], IMPORT_RATIO))

    def measure_manage(self):
        database = Database("bench_manage")
        lanyard = Lanyard(self.options.programs / "lanyard", database, self.folder)
        keys = manage.fill(database)
        with lanyard.serve() as server:
            server.wait_for("/readyz")
            found = manage.measure(server, keys)
        self.figures["manage"] = found
        ratio = found["page_1000"] / found["first_page"]
        self.reports.append(
            f"management, {manage.RATE} calls/s on {manage.CONNECTIONS} connections over {manage.TENANTS:,} tenants\n"
            f"  median {found['median'] * 1e3:.1f} ms   p99 {found['p99'] * 1e3:.1f} ms   worst {found['worst'] * 1e3:.0f} ms\n"
            f"users of a million, page 1 {found['first_page'] * 1e3:.2f} ms, page 1,000 {found['page_1000'] * 1e3:.2f} ms")
        self.bars.append(Bar("management calls: p99", found["p99"] * 1e3, MANAGE_P99, " ms"))
        self.bars.append(Bar("page 1,000 of a million users, to page 1", ratio, PAGE_RATIO))

    def measure_noise(self):
        """The bare server, and again in Lanyard's place: how far from 1 the ratios are when nothing differs."""
        bare = [self.stack.enter_context(start_bare(self.options.programs, "{}", "{}")) for _ in range(2)]
        self.compare("noise", *bare, self.requests("noise", ["token"]))

    def run(self):
        if self.options.noise:
            return self.measure_noise()
        if self.wants("validate", "issue", "coral", "redis", "start"):
            self.prepare()
        if self.wants("start"):
            self.measure_start()
        if self.wants("validate", "issue", "coral", "redis"):
            self.measure_load()
            memory, loaded = (max(self.figures[name].values()) for name in ("start_memory", "loaded_memory"))
            self.bars.append(Bar("resident memory at start", memory / MIB, START_MEMORY / MIB, " MiB"))
            self.reports.append(
                f"resident memory\n  at start {memory / MIB:.1f} MiB, after load {loaded / MIB:.1f} MiB")
        if self.wants("import"):
            self.measure_import()
        if self.wants("manage"):
            self.measure_manage()

    def report(self):
        print(f"\n{self.figures['cpus']} CPUs, {self.figures['workers']} worker threads in each server, wrk -t1"
              f" -c{load.CONNECTIONS}; medians of {self.options.rounds} rounds of {self.options.seconds} s in turns\n")
        print("\n".join(self.reports))
        print()
        if self.disturbed:
            print("CAUTION: other programs kept this machine busy; run it again when it is idle\n")
        for bar in self.bars:
            print(bar)
        if self.options.json:
            self.figures["disturbed"] = self.disturbed
            self.figures["bars"] = [
                {"name": bar.name, "value": bar.value, "limit": bar.limit, "passed": bar.passed} for bar in self.bars]
            self.options.json.write_text(json.dumps(self.figures, indent=2) + "\n")


def parse():
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measures Lanyard beside a bare server; exits with 1 when a bar is missed.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, 200,000 rows")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part only; may be repeated")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="worker threads of each server [default: one for each CPU]")
    parser.add_argument("--rounds", type=int, help="rounds of each load [default: 5, quick: 3]")
    parser.add_argument("--seconds", type=int, help="length of a round [default: 5, quick: 2]")
    parser.add_argument("--rows", type=int, help="rows to import [default: 1000000, quick: 200000]")
    parser.add_argument("--noise", action="store_true", help="load the bare server beside itself, and nothing else")
    parser.add_argument("--programs", type=Path, default=Path("target/release"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.only = options.only or PARTS
    rounds, seconds, rows, options.starts, options.imports = (
        (3, 2, 200_000, 5, 1) if options.quick else (5, 5, 1_000_000, 10, 2))
    options.rounds, options.seconds = options.rounds or rounds, options.seconds or seconds
    options.rows = options.rows or rows
    options.programs = options.programs.resolve()
    return options


def main():
    options = parse()
    os.environ["TOKIO_WORKER_THREADS"] = str(options.workers)
    # A signal ends the run as an exception does, so that everything is stopped and removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="lanyard-bench.") as folder, contextlib.ExitStack() as stack:
            bench = Bench(options, Path(folder), stack)
            bench.run()
    except Broken as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    bench.report()
    return 0 if all(bar.passed for bar in bench.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
