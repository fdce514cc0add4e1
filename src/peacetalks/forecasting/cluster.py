"""The workers of a Dask cluster in the place of this machine's processes: other computers, or this one.

    with cluster("tcp://10.0.0.1:8786"):
        pt.outlook(scenario, draws=1000)

Who connects compares what results depend on (`software.py`), and every piece is refused by a worker that has other
software, also by one that comes later: the bytes are those of one process.  What a piece is and how results come back
is in `cluster_batch.py`.  `dask.distributed` is imported when a cluster is used; it comes with the extra `cluster`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any

from peacetalks.errors import ClusterError
from peacetalks.forecasting.cluster_batch import Batch
from peacetalks.forecasting.jobs import process_count, processes, solved_by
from peacetalks.forecasting.software import differences, other_software, software
from peacetalks.forecasting.workers import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

log = logging.getLogger("peacetalks")

CONNECT = 4.0  # seconds in which a scheduler answers
LOCAL = re.compile(r"local(?::(?P<count>\d{1,9}))?")
ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:[\w.-]+|\[[\da-fA-F:.%]+\]):\d{1,5}")
INSTALL = "--cluster needs the package distributed: install peacetalks[cluster]"
SETTINGS: dict[str, Any] = {  # of workers on this computer
    "distributed.scheduler.allowed-failures": 0,  # a piece that is lost comes back here, and is given out once more
    "distributed.comm.timeouts.connect": "10s",  # after which a result of a worker that was lost is solved anew
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.http.routes": [],
}
LOCAL_WORKERS: dict[str, Any] = {
    "threads_per_worker": 1,
    "processes": True,
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
    "scheduler_kwargs": {"dashboard": False},
    "memory_limit": 0,  # as processes have none
    "silence_logs": logging.CRITICAL,
}


class Cluster:
    """The workers of a Dask scheduler, as `jobs.Workers`.

    Attributes
    ----------
    address : str
        Of the scheduler.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address

    def count(self) -> int:
        """Return how many workers are connected to the scheduler now."""
        return len(self.client.nthreads())

    def work(
        self,
        work: Callable[[Any], Any],
        items: Mapping[int, Any],
        keys: Mapping[int, str],
        total: int,
        take: Callable[[int, Any], None],
    ) -> None:
        """Work on every item and hand each result over as it comes; see `jobs.Workers` and `Batch`."""
        Batch(self.client, self.address, work, items, keys, total, take).run()


@contextmanager
def cluster(where: Any) -> Iterator[Cluster]:
    """Have the games that are solved in this block solved by the workers of a Dask cluster.

    Parameters
    ----------
    where : str or a cluster of Dask
        `"local"` or `"local:4"` starts workers on this computer, by default as many as CPUs may be used;
        `"tcp://10.0.0.1:8786"` is the address of a scheduler that runs; or the object of a cluster, such as
        `dask_jobqueue.SLURMCluster`.  TLS is configured as Dask does (`distributed.comm.tls`).

    Yields
    ------
    Cluster
        It does not have to be passed on: calls in this block, in this thread, use it, whatever their `jobs`.

    Raises
    ------
    ClusterError
        The extra `cluster` is not installed, nothing answers at the address, or a worker has other software.

    Examples
    --------
    >>> import peacetalks as pt
    >>> with pt.cluster("local:0"):
    ...     pass
    Traceback (most recent call last):
        ...
    peacetalks.errors.ClusterError: --cluster local:N needs at least 1 worker, got 'local:0'
    """
    found = _written(where) if isinstance(where, str) else where
    if find_spec("distributed") is None:
        raise ClusterError(INSTALL)
    with ExitStack() as stack:
        stack.enter_context(_silent())
        if isinstance(found, int):
            found = stack.enter_context(_local(found))
        client = stack.enter_context(_connected(found))
        workers = Cluster(client, client.scheduler.address)
        _check_workers(client)
        stack.enter_context(solved_by(workers))
        yield workers


def _written(where: str) -> str | int:
    """Return the address that is written, or the number of local workers.

    >>> _written("local:1"), _written("node7:8786")
    (1, 'node7:8786')
    """
    if local := LOCAL.fullmatch(where.strip()):
        count = processes(None) if local["count"] is None else int(local["count"])
        if count == 0:
            raise ClusterError(f"--cluster local:N needs at least 1 worker, got {where!r}")
        return process_count(count, count)  # as many as memory holds
    if not ADDRESS.fullmatch(where.strip()):
        raise ClusterError(
            f"--cluster must be local, local:N for N workers on this computer, or the address of a Dask scheduler "
            f"such as tcp://10.0.0.1:8786; got {where!r}"
        )
    return where.strip()


@contextmanager
def _silent() -> Iterator[None]:
    """Keep Dask from writing to the log of this process: what goes wrong is said here."""
    import distributed  # it sets the levels of its loggers when it is imported

    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == distributed.__name__]
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


@contextmanager
def _local(count: int) -> Iterator[Any]:
    """Start workers on this computer, each a process of one thread, which end with this process however it ends."""
    from dask import config
    from distributed import LocalCluster

    software()  # compiles the core once, where it is missing, before several workers ask for it
    with ExitStack() as stack:
        stack.enter_context(config.set(SETTINGS))
        _start_resource_tracker()
        with interrupts_held():
            try:
                started = LocalCluster(n_workers=count, **LOCAL_WORKERS)
            except RuntimeError as e:
                raise ClusterError(
                    f"--cluster: no worker can be started on this computer: {e} A script that asks for some needs the "
                    "guard `if __name__ == '__main__':`"
                ) from None
        stack.enter_context(started)
        yield started


def _start_resource_tracker() -> None:
    """Start the process that frees what this one leaves when it is interrupted, without its notice that it does so."""
    sys.warnoptions.append("ignore:resource_tracker:UserWarning")  # which it inherits
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.pop()


@contextmanager
def _connected(where: Any) -> Iterator[Any]:
    """Connect to a scheduler by its address, or to the cluster of an object."""
    from distributed import Client

    if isinstance(where, str):
        where = _with_protocol(where)
        _check_answers(where)
    try:
        client = Client(where, timeout=CONNECT, set_as_default=False, name="peacetalks")
    except (OSError, ValueError, TypeError, RuntimeError) as e:
        raise ClusterError(f"--cluster: {where} cannot be connected to: {e}") from None
    try:
        yield client
    finally:
        with suppress(OSError, RuntimeError, asyncio.CancelledError):
            client.close(timeout=CONNECT)


def _with_protocol(address: str) -> str:
    """Return an address with its protocol: TLS where Dask is configured to require it."""
    from distributed.security import Security

    if "://" in address:
        return address
    return f"{'tls' if Security().require_encryption else 'tcp'}://{address}"


def _check_answers(address: str) -> None:
    """Raise `ClusterError` where no Dask scheduler answers at an address."""
    from distributed.core import rpc
    from distributed.security import Security

    async def ask() -> Any:
        arguments = Security().get_connection_args("client")
        async with rpc(address, timeout=CONNECT, connection_args=arguments) as scheduler:
            return await asyncio.wait_for(scheduler.identity(), CONNECT)

    with ThreadPoolExecutor(1) as thread:  # which has no loop of its own, unlike that of a notebook
        try:
            type_ = thread.submit(asyncio.run, ask()).result().get("type")
        except Exception as e:
            why = f": {e}" if str(e) and not isinstance(e, TimeoutError) else f" within {CONNECT:.0f} s"
            raise ClusterError(
                f"--cluster: no Dask scheduler answers at {address}{why}. Start one with "
                "`dask scheduler`, look at its first lines for the address, and check that this computer reaches it"
            ) from None
    if type_ != "Scheduler":
        raise ClusterError(f"--cluster: at {address} is no scheduler but a {type_ or 'stranger'}")


def _check_workers(client: Any) -> None:
    """Raise `ClusterError` where a worker that is connected has other software; say which have several threads."""
    here = software()
    try:
        found = client.run(software, on_error="return")
    except (OSError, ImportError, AttributeError) as e:
        raise ClusterError(f"--cluster: the workers cannot be asked which software they have: {e!r}") from None
    for worker, there in sorted(found.items()):
        if isinstance(there, BaseException):
            raise ClusterError(other_software(worker, [f"peacetalks cannot be loaded there ({there!r})"]))
        if problems := differences(here, there):
            raise ClusterError(other_software(worker, problems))
    threads = {worker: n for worker, n in client.nthreads().items() if n > 1}
    if threads:
        worker, n = next(iter(threads.items()))
        log.warning(
            "%d of the workers have several threads (%s: %d), of which one at a time solves: start workers with "
            "--nthreads 1 and more of them with --nworkers",
            len(threads),
            worker,
            n,
        )
