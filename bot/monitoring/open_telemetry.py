"""Spans sent to a collector by OpenTelemetry's SDK. Imported where a collector is set up, and only there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context

from bot import traceparent
from bot.monitoring.tracing import Attributes, Kind, Note

SEND_SECONDS = 2.0
"""A collector that takes longer is away; what it should have got is dropped in the end, and no turn waits for it."""
MOST_AT_ONCE = 2_048
"""As many as wait at most: at the end there is one try to send what is left, not one after another."""
_KINDS = {"server": SpanKind.SERVER, "internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}


class Exported:
    """Sends spans, some at a time, from a thread of its own."""

    def __init__(self, url: str, version: str) -> None:
        # While a collector is away it would say so at each try.
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "trialchat", "service.version": version}), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=url, timeout=SEND_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=MOST_AT_ONCE, max_export_batch_size=MOST_AT_ONCE))
        self._tracer = self._provider.get_tracer("trialchat", version)

    @contextmanager
    def span(self, name: str, kind: Kind, attributes: Attributes) -> Iterator[Note]:
        """A span within the one that is under way, in this process or in another. Exceptions are not noted: they may quote a person."""
        span = self._tracer.start_span(
            name, _under_way(), kind=_KINDS[kind], attributes=dict(attributes), record_exception=False, set_status_on_exception=False
        )
        context = span.get_span_context()
        carried = f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
        try:
            with traceparent.carrying(carried):
                yield lambda more: span.set_attributes(dict(more))
        finally:
            span.end()

    def close(self) -> None:
        """Send what was not sent yet, as far as the collector takes it."""
        self._provider.shutdown()


def _under_way() -> Context:
    # Never the SDK's own idea of it: what is under way is carried by `bot.traceparent` alone.
    parts = traceparent.parts(traceparent.current())
    if parts is None:
        return Context()
    trace, span, flags = parts
    return set_span_in_context(NonRecordingSpan(SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(flags))), Context())
