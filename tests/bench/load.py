"""Two servers under the same load, in turns."""

import json
import os
import re
import resource
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from servers import HOST, Broken, machine_cpu

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 32
BUSY = 0.2  # CPUs that other programs may use while the bare server is measured
SHORTEST_LOG_LINE = 50  # bytes; a line of the request log is longer


@dataclass
class Round:
    """What one server did under load for a while."""

    requests: int
    seconds: float
    cpu_seconds: float
    client_cpu_seconds: float
    other_cpu_seconds: float  # of all other programs, Redis among them
    log_bytes: int

    @property
    def cpu_per_request(self):
        return self.cpu_seconds / self.requests

    @property
    def throughput(self):
        return self.requests / self.seconds


@dataclass
class Comparison:
    """Rounds of two sides, mostly the bare server and Lanyard, in pairs that ran one after the other."""

    name: str
    sides: tuple
    warm_up: tuple
    pairs: list

    def ratios(self):
        return [lanyard.cpu_per_request / bare.cpu_per_request for bare, lanyard in self.pairs]

    @property
    def cpu_ratio(self):
        return median(self.ratios())

    @property
    def throughput_ratio(self):
        return median(lanyard.throughput / bare.throughput for bare, lanyard in self.pairs)

    @property
    def requests(self):
        """How many Lanyard answered in all."""
        return sum(lanyard.requests for _, lanyard in [self.warm_up, *self.pairs])

    @property
    def disturbed(self):
        """Whether other programs kept the machine busy. The bare server needs none, so its rounds show it."""
        return any(bare.other_cpu_seconds / bare.seconds > BUSY for bare, _ in self.pairs)

    def medians(self, measure):
        """The median of a measure for the bare server, and for Lanyard."""
        return tuple(median(measure(pair[side]) for pair in self.pairs) for side in (0, 1))

    def figures(self):
        bare, lanyard = self.medians(lambda one: one.cpu_per_request * 1e6)
        bare_throughput, throughput = self.medians(lambda one: one.throughput)
        return {
            "cpu_ratio": self.cpu_ratio,
            "throughput_ratio": self.throughput_ratio,
            "bare_cpu_microseconds": bare,
            "lanyard_cpu_microseconds": lanyard,
            "bare_requests_per_second": bare_throughput,
            "lanyard_requests_per_second": throughput,
            "rounds": [{"bare": asdict(bare), "lanyard": asdict(lanyard)} for bare, lanyard in self.pairs],
        }

    def report(self):
        bare, lanyard = self.medians(lambda one: one.cpu_per_request * 1e6)
        bare_throughput, throughput = self.medians(lambda one: one.throughput)
        bare_client, client = self.medians(lambda one: one.client_cpu_seconds / one.seconds)
        bare_others, others = self.medians(lambda one: one.other_cpu_seconds / one.seconds)
        left, right = self.sides
        ratios = self.ratios()
        return (
            f"{self.name}\n"
            f"  CPU per request    {left} {bare:8.2f} us   {right} {lanyard:8.2f} us   ratio {self.cpu_ratio:.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f})\n"
            f"  requests a second  {left} {bare_throughput:8.0f}      {right} {throughput:8.0f}      ratio"
            f" {self.throughput_ratio:.2f}\n"
            f"  CPU of wrk         {left} {bare_client:8.0%}      {right} {client:8.0%}\n"
            f"  CPU of all others  {left} {bare_others:8.0%}      {right} {others:8.0%}")


def round_of(server, path, requests, seconds):
    """Loads a server for so long with the requests of a file."""
    if server.log and server.log.exists():
        # Opened for appending, so the server goes on at the new end.
        os.truncate(server.log, 0)
    client_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    machine_before, before = machine_cpu(), server.cpu()
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", SCRIPT, f"http://{HOST}:{server.port}{path}", "--",
         requests],
        text=True, capture_output=True, stdin=subprocess.DEVNULL)
    # What is still buffered belongs to this round.
    time.sleep(0.2)
    machine_after, after = machine_cpu(), server.cpu()
    client_after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = re.search(r"^RESULT (.*)$", done.stdout, re.M)
    if done.returncode or not result:
        raise Broken(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    result = json.loads(result.group(1))
    if result["failed"] or not result["requests"]:
        raise Broken(f"{result['failed']} of {result['requests']} requests to {path} weren't answered well")
    client = (client_after.ru_utime + client_after.ru_stime) - (client_before.ru_utime + client_before.ru_stime)
    log_bytes = server.log.stat().st_size if server.log else 0
    if server.log and log_bytes < result["requests"] * SHORTEST_LOG_LINE:
        raise Broken("the server doesn't write a line for each request")
    others = max(0, machine_after - machine_before - (after - before) - client)
    return Round(result["requests"], result["seconds"], after - before, client, others, log_bytes)


def compare(name, servers, paths, requests, rounds, seconds, sides=("bare", "lanyard")):
    """Loads both in turns, after a round each to warm up."""
    both = list(zip(servers, paths))
    warm_up = tuple(round_of(server, path, requests, min(seconds, 2)) for server, path in both)
    pairs = []
    for number in range(1, rounds + 1):
        pair = tuple(round_of(server, path, requests, seconds) for server, path in both)
        pairs.append(pair)
        times = [one.cpu_per_request * 1e6 for one in pair]
        print(f"{name}, round {number}: {times[0]:.2f} us, {times[1]:.2f} us, ratio {times[1] / times[0]:.2f}", flush=True)
    return Comparison(name, sides, warm_up, pairs)
