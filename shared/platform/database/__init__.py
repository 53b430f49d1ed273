"""PostgreSQL: pools with deadlines, offsets by compare-and-swap, the outbox and its relay, migrations."""
