"""Programs that the benchmark starts, asks and measures."""

import base64
import contextlib
import http.client
import os
import re
import socket
import subprocess
import time
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 10  # seconds for a server to start or stop


class Broken(Exception):
    """The benchmark can't go on, or its figures would mean nothing."""


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def machine_cpu():
    """CPU seconds that all programs on this machine have used."""
    user, nice, system = Path("/proc/stat").read_text().split(maxsplit=4)[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def run(command, **options):
    """Runs a command to its end and gives what it printed."""
    done = subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        raise Broken(f"{Path(command[0]).name} {command[1]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


class Server:
    """A running server process; as a context it is stopped at the end."""

    def __init__(self, command, port, environment=None, log=None):
        self.port = port
        self.log = log
        self.started = time.monotonic()
        # The signal ends it should this program be killed. setpriv execs, so the id is the server's.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, method, path, token=None, body=None):
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if body:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read().decode()

    def wait_for(self, path, status=200, token=None, pause=0.005):
        """Seconds from the start of the process to the first answer with this status."""
        seen = "nothing"
        while time.monotonic() - self.started < PATIENCE:
            try:
                seen = self.ask("GET", path, token)[0]
                if seen == status:
                    return time.monotonic() - self.started
            except OSError:
                pass
            if self.process.poll() is not None:
                raise Broken(f"{self.process.args[3]} ended at once")
            time.sleep(pause)
        raise Broken(f"{self.process.args[3]} doesn't answer {status} to GET {path}, but {seen}")

    def cpu(self):
        """CPU seconds that the process has used, all threads, user and system."""
        # The name of the program, in brackets, may hold anything.
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """Resident memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.M).group(1)) * 1024


class Redis(Server):
    """A private Redis that writes nothing to disk."""

    def __init__(self, folder):
        port = free_port()
        super().__init__(
            ["redis-server", "--bind", HOST, "--port", port, "--save", "", "--appendonly", "no", "--dir", folder], port)
        while True:
            try:
                self.calls("hmget")
                break
            except OSError:
                if time.monotonic() - self.started > PATIENCE or self.process.poll() is not None:
                    raise Broken("redis-server doesn't start") from None
                time.sleep(0.02)

    @property
    def url(self):
        return f"redis://{HOST}:{self.port}"

    def calls(self, command):
        """How often this command was called so far."""
        with socket.create_connection((HOST, self.port), PATIENCE) as connection:
            answer = connection.makefile("rwb")
            answer.write(b"INFO commandstats\r\n")
            answer.flush()
            length = int(answer.readline()[1:])
            found = re.search(rf"cmdstat_{command}:calls=(\d+)", answer.read(length).decode())
            return int(found.group(1)) if found else 0


class Database:
    """A new database in the cluster that script/with-postgres has started."""

    def __init__(self, name):
        self.name = name
        # The programs may be off the PATH.
        script = Path(__file__).parents[2] / "script" / "with-postgres"
        self.psql = os.path.join(run([str(script), "--find"]), "psql")
        run([self.psql, "-X", "-q", "-c", f"create database {name}"])

    @property
    def url(self):
        return f"postgres://{os.environ['PGUSER']}@localhost/{self.name}?host={os.environ['PGHOST']}"

    def sql(self, *statements):
        """Runs statements, each in a transaction of its own, and gives what the last one answers."""
        options = [option for statement in statements for option in ("-c", statement)]
        return run([self.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.name, *options])


class Lanyard:
    """The program that is measured, set up for one database with one tenant, `bench`."""

    PATH = "/t/bench/"

    def __init__(self, program, database, folder, redis=None):
        self.program = str(program)
        self.log = folder / f"{database.name}.log"
        # Settings of the caller's own would make other figures.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LANYARD_")}
        self.environment.update(
            LANYARD_DATABASE_URL=database.url,
            LANYARD_MASTER_KEY="bench:" + base64.b64encode(os.urandom(32)).decode())
        if redis:
            self.environment["LANYARD_REDIS_URL"] = redis.url
        self.cli("migrate")
        self.cli("tenant", "create", "bench", "--issuer", "https://bench.example", "--audience", "talk")
        # The load is one tenant's, and far over what one tenant may do.
        database.sql("update tenants set requests_per_second = 1000000")

    def cli(self, *arguments):
        return run([self.program, *map(str, arguments)], env=self.environment)

    def serve(self, **settings):
        """Starts `lanyard serve` with these settings besides; it may not be ready yet."""
        port = free_port()
        environment = dict(
            self.environment, LANYARD_LISTEN=f"{HOST}:{port}", LANYARD_LOG_FILE=str(self.log),
            LANYARD_DRAIN_DELAY="0", **settings)
        return Server([self.program, "serve"], port, environment, self.log)
