"""Figures for Prometheus: https://prometheus.io/docs/practices/naming/."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from termsearch.index.manifest import Manifest

__all__ = ["Metrics"]

#: Seconds. A warm query takes 0.02, a cold one or a list of a thousand seconds.
_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """One set for each application, so that two in one process (tests) don't share theirs."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "termsearch_requests", "Requests by route and status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "termsearch_request_seconds", "From the first byte read to the last one sent.",
            ["route"], buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._sizes = Histogram(
            "termsearch_batch_size", "Queries embedded together.",
            buckets=_SIZES, registry=self._registry,
        )  # fmt: skip
        self._batches = Histogram(
            "termsearch_batch_seconds", "Embedding and searching a batch.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._releases = Gauge(
            "termsearch_index_info", "1 for each vocabulary that is served.",
            ["index", "model", "vocabulary", "release"], registry=self._registry,
        )  # fmt: skip
        self._names = Gauge(
            "termsearch_index_names", "Names that are served.", ["vocabulary"],
            registry=self._registry,
        )  # fmt: skip

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, size: int, seconds: float) -> None:
        """One batch of queries was answered."""
        self._sizes.observe(size)
        self._batches.observe(seconds)

    def watch(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A figure that is asked for when it is wanted."""
        Gauge(f"termsearch_{name}", text, registry=self._registry).set_function(value)

    def serves(self, index: str, manifest: Manifest) -> None:
        """Another release is served."""
        self._releases.clear()
        self._names.clear()
        for vocabulary, release in manifest.releases().items():
            model = manifest.encoder.model
            self._releases.labels(index, model, vocabulary, release).set(1)
            names = sum(each.names for each in manifest.loaded if each.vocabulary == vocabulary)
            self._names.labels(vocabulary).set(names)

    def text(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self._registry)
