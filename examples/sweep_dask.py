#!/usr/bin/env python3
"""The points of a sweep spread with Dask distributed: the same CSV as `millionth sweep`, byte for byte.

Use: examples/sweep_dask.py [--scheduler ADDRESS] SCENARIO KEY=a,b,c [KEY=d,e]... [-- OPTIONS OF millionth run]

Without a scheduler's address it starts a cluster of two worker processes on this machine. MILLIONTH names the
program; on other machines it has to be there too. The packages it needs are in examples/requirements.txt.
"""

import itertools
import os
import subprocess
import sys

from dask.distributed import Client, LocalCluster


def run(program, scenario, settings, options):
    """Runs one point; gives the head of its CSV and its line."""
    sets = [word for setting in settings for word in ("--set", setting)]
    command = [program, "run", scenario, *sets, "--csv", "-", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    head, line = done.stdout.splitlines()
    return head, line


def sweep(client, program, scenario, axes, options):
    """Spreads the points over the cluster's workers and writes their lines in order."""
    values = [[f"{key}={value}" for value in values.split(",")] for key, _, values in (a.partition("=") for a in axes)]
    points = list(itertools.product(*values))
    futures = [client.submit(run, program, scenario, point, options, pure=False) for point in points]
    for number, (head, line) in enumerate(client.gather(futures)):
        if number == 0:
            print(head)
        print(line)


def main(words):
    """Reads the command line and starts or finds the cluster."""
    options = words[words.index("--") + 1 :] if "--" in words else []
    words = words[: words.index("--")] if "--" in words else words
    scheduler = None
    if words[:1] == ["--scheduler"]:
        scheduler, words = words[1], words[2:]
    if not words:
        sys.exit(__doc__)
    scenario, *axes = words
    program = os.environ.get("MILLIONTH", "millionth")
    if scheduler:
        with Client(scheduler) as client:
            sweep(client, program, scenario, axes, options)
        return
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster, Client(cluster) as client:
        sweep(client, program, scenario, axes, options)


if __name__ == "__main__":
    main(sys.argv[1:])
