"""What lives as long as the server: settings, store, the current generation, the encoder, keys and jobs."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from embed.exceptions import BijianError, StoreMissing
from embed.models.encoder import Side
from service.api.batching import BatchingEncoder
from service.api.jobs import Jobs
from service.api.keys import KeyBook
from service.api.ledger import Ledger
from service.api.limits import RateLimits
from service.api.problems import ProblemError
from service.api.shared import loads_of_process, shared_folder
from service.api.turns import Turns
from service.settings import Settings

if TYPE_CHECKING:
    from embed.index import Generation, Store
    from embed.models.encoder import Encoder
    from service.clusters import Clustering

__all__ = ["Desk", "is_loopback"]

log = logging.getLogger("bijian.api")
T = TypeVar("T")
THREADS = 8
LOOK = 0.5  # seconds between two looks at CURRENT
_GARBAGE = (10_000, 10, 10)  # new objects, and rounds, after which a process that serves looks for garbage


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Shared:
    """A generation and the number of requests that use it; closed when it was replaced and the last one ended."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._users = 1
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            self._users += 1

    def give_back(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self.generation.close()


class Desk:
    """Opened by the app's lifespan, asked by the routes. Thread-safe."""

    def __init__(self, settings: Settings, *, alone: bool = False) -> None:
        """alone: nothing else runs in this process, so that its collector of garbage may be set to serving."""
        from embed.index import Store

        self.settings = settings
        self._alone = alone
        self.store: Store = Store.open(settings.store, create=True)
        self.ledger = Ledger(settings.store)
        self.keys = KeyBook(self.ledger)
        shared = shared_folder()
        self.limits = RateLimits(settings.rate_limit, None if shared is None else shared / "limits")
        self.jobs = Jobs(self.ledger, settings)
        self.started = time.time()
        self.swaps = 0
        self.closing = threading.Event()
        self._encoder: BatchingEncoder | None = None
        self._shared: _Shared | None = None
        self._swap = threading.Lock()
        self._clustering: tuple[tuple[int, int], Clustering] | None = None
        self._clustering_lock = threading.Lock()
        self._cluster_waiters = threading.Semaphore(THREADS // 2)
        self._failed: str | None = None
        self.turns = Turns(1)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="work")

    def warm(self) -> None:
        """Load model and index, then watch for new generations until the desk closes. Runs in its own thread."""
        try:
            self.refresh()
            encoder = BatchingEncoder(self._open_encoder(), self.turns)
            self._try(encoder)
            self._settle()
            self._encoder = encoder
        except BijianError as error:
            self._failed = error.message
            log.exception("the model cannot be opened")
        if (loads := loads_of_process()) is not None:
            loads.ready()
        while not self.closing.is_set():
            try:
                if self.refresh():
                    self._warm_anew()
                    self._settle()
            except (BijianError, OSError):
                log.exception("the new generation cannot be opened; the old one stays")
            self.closing.wait(LOOK)

    def _warm_anew(self) -> None:
        """Search the new generation once before people do: the first search of one costs some 100 ms more."""
        if self._encoder is not None:
            with contextlib.suppress(BijianError):  # such as another model's vectors: requests are told so themselves
                self._try(self._encoder)

    def _settle(self) -> None:
        """Leave what is there now to itself: looking through all of it for garbage holds every request up for 0.1 s."""
        if not self._alone:
            return
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE)

    def _try(self, encoder: BatchingEncoder) -> None:
        """Ask as people will, so that dictionaries and tables are there for the first of them."""
        from service.similar import SimilarQuery, find_similar

        shared = self._shared
        if shared is None:
            encoder.encode(["法治政府建设"], side=Side.QUERY)
            return
        with self.searching() as generation:
            found = find_similar(generation, encoder, SimilarQuery(text="人民调解化解矛盾纠纷"))
            for hit in found.hits[:1]:
                find_similar(generation, None, SimilarQuery(passage=hit.passage))

    def _open_encoder(self) -> Encoder:
        from embed.models import open_encoder, read_models

        models = read_models(self.settings.models_file)
        return open_encoder(
            models[self.settings.model],
            cache=self.settings.cache,
            engine=self.settings.engine,
            threads=self.settings.threads,
        )

    @property
    def access_is_open(self) -> bool:
        """No key is asked for: there is none, and only this machine can reach the server."""
        return is_loopback(self.settings.host) and not self.keys.any()

    @property
    def encoder(self) -> BatchingEncoder:
        if self._encoder is None:
            raise ProblemError(503, self._failed or "the model is still being loaded", retry_after=2)
        return self._encoder

    def encoder_in(self, seconds: float) -> BatchingEncoder:
        """The encoder, waited for while it is being loaded; ProblemError 503 when it is not there in time."""
        end = time.monotonic() + seconds
        while self._encoder is None and self._failed is None and time.monotonic() < end:
            time.sleep(0.05)
        return self.encoder

    def state(self) -> dict[str, str]:
        """Each part that a request needs, and whether it is there: `ok`, `loading`, `empty` or the failure."""
        model = "ok" if self._encoder is not None else self._failed or "loading"
        index = "ok" if self._shared is not None else "empty" if self._encoder is not None else "loading"
        return {"model": model, "index": index, "server": "closing" if self.closing.is_set() else "ok"}

    def figures(self) -> dict[str, int]:
        """What the metrics show."""
        encoder, shared = self._encoder, self._shared
        manifest = shared.generation.manifest if shared is not None else None
        return {
            "generation": manifest.number if manifest else 0,
            "reports": manifest.reports if manifest else 0,
            "passages": manifest.passages if manifest else 0,
            "swaps": self.swaps,
            "calls": encoder.calls if encoder else 0,
            "texts": encoder.texts if encoder else 0,
        }

    def refresh(self) -> bool:
        """Take up the current generation if it is another than the one that is held; whether it was."""
        with self._swap:
            held = self._shared.generation.number if self._shared is not None else None
            number = self.store.current_number()
            if number in (0, held):
                return False
            fresh = _Shared(self.store.current())
            old, self._shared = self._shared, fresh
        if old is not None:
            self.swaps += 1
            log.info("generation %s taken up", fresh.generation.number)
            old.give_back()
        return True

    @contextlib.contextmanager
    def generation(self) -> Iterator[Generation]:
        """The current generation, whole until the block ends, whatever is indexed meanwhile.

        Raises:
            StoreMissing: nothing has been indexed yet.
        """
        with self._swap:
            shared = self._shared
            if shared is not None:
                shared.take()
        if shared is None:
            self.refresh()
            if self._shared is None:
                raise StoreMissing(
                    "还没有报告 · the store holds no reports yet", hint="bijian index FILES, or POST /v1/reports"
                )
            with self.generation() as generation:
                yield generation
            return
        try:
            yield shared.generation
        finally:
            shared.give_back()

    @contextlib.contextmanager
    def searching(self) -> Iterator[Generation]:
        """The current generation and a turn to compute, for searches that take milliseconds. Raises as `generation`."""
        with self.turns.turn(), self.generation() as generation:
            yield generation

    def clustering(self) -> Clustering:
        """The clustering of the current generation, made when first asked for and kept until anything changes.

        Raises:
            StoreMissing: nothing has been indexed yet.
        """
        with self.clustered() as (_, clustering):
            return clustering

    @contextlib.contextmanager
    def clustered(self) -> Iterator[tuple[Generation, Clustering]]:
        """The current generation and its clustering, which belong together."""
        from service.cluster_report import NEEDED_ROLES
        from service.clusters import load

        with self.generation() as generation:
            row = self.ledger.row("SELECT COUNT(*) FROM audit WHERE action LIKE 'cluster-%'")
            version = (generation.number, row[0] if row is not None else 0)
            held = self._clustering
            if held is None or held[0] != version:
                with self._waiting_for_clusters():
                    held = self._clustering
                    if held is None or held[0] != version:
                        made = load(self.store, roles=NEEDED_ROLES, encoder=lambda: self.encoder)
                        if made.generation != generation.number:
                            raise ProblemError(503, "a new generation is being taken up", retry_after=1)
                        held = self._clustering = (version, made)
            yield generation, held[1]

    @contextlib.contextmanager
    def _waiting_for_clusters(self) -> Iterator[None]:
        """Hold the right to make clusters. Only a few may wait for it: the other threads are there for searches."""
        if not self._cluster_waiters.acquire(blocking=False):
            raise ProblemError(503, "the clusters are being made", retry_after=5)
        try:
            with self._clustering_lock:
                yield
        finally:
            self._cluster_waiters.release()

    async def ask(self, question: Callable[[Generation], T]) -> T:
        """Run `question` on the current generation in a worker thread.

        The generation stays open until the thread ends, also when the request is given up before.
        """

        def run() -> T:
            with self.generation() as generation:
                return question(generation)

        return await self.work(run)

    async def work(self, task: Callable[[], T]) -> T:
        """Run `task` in a worker thread; a cancelled request stops waiting, the thread finishes by itself."""
        try:
            future = self._threads.submit(task)
        except RuntimeError as error:  # the threads were told to end
            raise ProblemError(503, "the server is closing", retry_after=2) from error
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Stop watching, let worker threads finish, close what is open. Jobs go on in their own processes."""
        self.closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._encoder is not None:
            self._encoder.close()
        with self._swap:
            shared, self._shared = self._shared, None
        if shared is not None:
            shared.give_back()
        self.jobs.close()
