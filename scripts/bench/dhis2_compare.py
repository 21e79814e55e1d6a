#!/usr/bin/env python3
"""Measures imports into DHIS2 and the reading of org units beside curl, which sends the same requests: recorded from the
program, one after another, bodies ready on the disk. Both are whole processes, from their start to their end, in turn.

usage: dhis2_compare.py [UNITS [PERIODS]]
"""
import os, statistics, subprocess, sys, tempfile, time

from sandbox import Recorder, Sandbox, ServerProcess

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, "..", "..", ".build", "release", "dhis2-bench")
SLUICE = os.path.join(HERE, "..", "..", ".build", "release", "sluice")
ROUNDS = 7


class StandIn(ServerProcess):
    """The server of dhis2.py."""

    def __init__(self, units, manner, folder=None):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "dhis2.py"), "0", str(units), manner] + ([folder] if folder else []),
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()


def run(command, **options):
    """Runs a program; gives its wall time, processor time and peak memory (s, s, kB), and what it prints."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        sys.exit(f"{command[0]} failed ({process.returncode}): {text}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, text


def phases(text):
    """What the program says of its own time: `name 12.3 ms`, one a line."""
    return {name: float(number) for name, number, _ in (line.rsplit(" ", 2) for line in text.splitlines() if line.endswith(" ms"))}


def compare(title, units, manner, command, rounds=ROUNDS, **options):
    """Records the requests of a program, then has it and curl send them in turn."""
    with tempfile.TemporaryDirectory() as folder:
        with StandIn(units, manner, folder) as recorder:
            run(command(recorder.url), **options)
            source = recorder.url
        with open(os.path.join(folder, "requests.curl")) as file:
            requests = file.read()
        with StandIn(units, manner) as server:
            replay = os.path.join(folder, "replay.curl")
            with open(replay, "w") as file:
                file.write(requests.replace(source, server.url))
            ours, floor, details = [], [], []
            for round in range(rounds + 1):
                mine = run(command(server.url), **options)
                other = run(["curl", "-sgf", "-K", replay])
                # The first round warms up both.
                if round:
                    ours.append(mine)
                    floor.append(other)
                    details.append(phases(mine[3]))
    report(title, requests, ours, floor, details)


def compare_in_sandbox(units, periods, rounds=5):
    """The same with the sandbox, which is fresh for each import and each replay: what is there is not sent."""
    with tempfile.TemporaryDirectory() as folder:
        ids = os.path.join(folder, "units")

        def importing(server, url):
            with open(ids, "w") as file:
                file.write("\n".join(server.units))
            return run([BENCH, "import", url, ids, str(periods)], env=os.environ | server.variables)

        with Sandbox(SLUICE, units) as server:
            with Recorder(server.url, folder) as recorder:
                importing(server, recorder.url)
            source, count, kept = server.url, len(server.units), server.kept()
        with open(os.path.join(folder, "requests.curl")) as file:
            requests = file.read()
        replay = os.path.join(folder, "replay.curl")
        ours, floor, details = [], [], []
        for _ in range(rounds):
            with Sandbox(SLUICE, units) as server:
                ours.append(importing(server, server.url))
                details.append(phases(ours[-1][3]))
                assert server.kept() == kept == count * periods, "values are missing"
            with Sandbox(SLUICE, units) as server:
                with open(replay, "w") as file:
                    file.write(requests.replace(source, server.url).replace(
                        'output = "/dev/null"', f'output = "/dev/null"\nuser = "{server.login}"'))
                floor.append(run(["curl", "-sgf", "-K", replay]))
                assert server.kept() == kept, "curl left values out"
    report(f"Import of {kept:,} values into the sandbox, which checks and keeps them", requests, ours, floor, details)


def report(title, requests, ours, floor, details):
    rounds = len(ours)
    wall, processor, memory = (statistics.median(one[place] for one in ours) for place in range(3))
    curl = statistics.median(one[0] for one in floor)
    ratio = statistics.median(one[0] / other[0] for one, other in zip(ours, floor))
    least = min(one[0] for one in ours) / min(one[0] for one in floor)
    count = sum(line.startswith("url") for line in requests.splitlines())
    print(f"{title}, {count} requests:")
    print(f"  {wall * 1000:.0f} ms ({processor * 1000:.0f} ms of processor time, peak {memory / 1024:.0f} MB); "
          f"curl {curl * 1000:.0f} ms; ratio {ratio:.2f} (median of {rounds} rounds; of the quickest {least:.2f})")
    if details[0]:
        inside = {name: statistics.median(one[name] for one in details) for name in details[0]}
        inside = {"starting and ending the process": wall * 1000 - sum(inside.values())} | inside
        print("  of which " + ", ".join(f"{name} {number:.0f} ms" for name, number in inside.items()))
    sys.stdout.flush()


def peak(units, periods):
    with StandIn(units, "at-once") as server:
        return run([BENCH, "import", server.url, str(units), str(periods)])


def main():
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    periods = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    for manner, what in (("at-once", "a stand-in that answers at once, from what it answered before"),
                         ("counts", "a stand-in that makes its answers and counts the values"),
                         ("keeps", "a stand-in that makes its answers and keeps the values")):
        compare(f"Import of {units * periods:,} values into {what}", units, manner,
                lambda url: [BENCH, "import", url, str(units), str(periods)])
    compare_in_sandbox(units, periods)
    _, processor, _, _ = run([BENCH, "values", str(units), str(periods)])
    print(f"  (a process that only makes the values: {processor * 1000:.0f} ms of processor time)")
    small, large = peak(units, periods), peak(units * 10, periods)
    print(f"Ten times the org units and values: {large[0]:.1f} s instead of {small[0]:.1f} s; peak memory "
          f"{small[2] / 1024:.1f} -> {large[2] / 1024:.1f} MB ({large[2] / small[2] * 100 - 100:+.1f} %)")
    compare("Reading 100,000 org units", 100_000, "at-once", lambda url: [BENCH, "units", url], rounds=3)
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}

        def export(url):
            environment.update(DHIS2_BASE_URL=url, DHIS2_TOKEN="d2pat_bench", no_proxy="*")
            return [SLUICE, "run", "dhis2_org_units", "--output-dir", folder]

        compare("dhis2_org_units of 100,000 org units into CSV", 100_000, "at-once", export, rounds=3, env=environment,
                stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
