"""What watches, as the settings have it. Libraries are loaded where they are set up, alone."""

from __future__ import annotations

from importlib.metadata import version

from bot.monitoring.watch import Watch


def watch_of(metrics_key: str, otlp_url: str) -> Watch:
    """Metrics where somebody may read them, and spans where somebody collects them."""
    metrics, tracing = None, None
    if metrics_key:
        from bot.monitoring.metrics import Metrics

        metrics = Metrics(version("trialchat"))
    if otlp_url:
        from bot.monitoring.open_telemetry import Exported

        tracing = Exported(otlp_url, version("trialchat"))
    return Watch(metrics, tracing)
