"""Figures of the Kafka plumbing. Labels are topics, partitions, services and names from our settings: never anything of a message."""

from prometheus_client import Counter, Gauge, Histogram

PRODUCED = Counter("atalaya_produced_messages_total", "Messages acknowledged by the broker.", ["topic"])
PRODUCE_FAILED = Counter(
    "atalaya_produce_failures_total", "Messages without an acknowledgement, by outcome.", ["topic", "outcome"]
)
PRODUCE_SECONDS = Histogram(
    "atalaya_produce_seconds",
    "Seconds from handing messages over to the last acknowledgement.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PRODUCERS_REPLACED = Counter("atalaya_producers_replaced_total", "Producers of the client given up after an error.")
CONSUMED = Counter("atalaya_consumed_records_total", "Records handled and committed.", ["group", "topic"])
LAG = Gauge("atalaya_consumer_lag_records", "Records of a partition that are not handled yet.", ["group", "topic", "partition"])
HALTED = Gauge("atalaya_consumer_halted_partitions", "Partitions that wait for an operator.", ["group", "topic"])
FLOODING = Gauge(
    "atalaya_consumer_flooding_sources", "1 for a source (an agency) nearly all of whose records are buried.", ["group", "source"]
)
RETRIES = Counter("atalaya_consumer_retries_total", "Repeats of a batch after something was away.", ["group", "topic"])
RECONNECTS = Counter("atalaya_consumer_reconnects_total", "Consumers of the client given up after an error.", ["group"])
DEAD_LETTERS = Counter("atalaya_dead_letters_total", "Dead letters written, by what was dead.", ["service", "topic", "kind"])
TABLE_RECORDS = Counter("atalaya_table_records_total", "Records of a compacted topic applied.", ["topic"])
TABLE_READY = Gauge("atalaya_table_ready", "1 when the compacted topic was read to its end.", ["topic"])
