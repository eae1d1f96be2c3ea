"""A Dask cluster on this machine, in a process of its own: ``DIGIT_LAB_CLUSTER=local``.

It ends, and gives back what it trains, when its standard input does: also if its server was killed.
"""

import sys

import joblib
from distributed import LocalCluster

from core.jobs.dask_cluster import SLOT

CORES_PER_WORKER = 2
# For people on this machine only.
DASHBOARD = "127.0.0.1:8787"


def main() -> None:
    """Start the cluster, print the address of its scheduler, and wait for the end."""
    workers = max(1, joblib.cpu_count() // CORES_PER_WORKER)
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, resources={SLOT: 1}, dashboard_address=DASHBOARD
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
