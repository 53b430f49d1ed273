"""What ingest counts. Labels are kinds and verdicts, never an agency or anything of a body."""

from prometheus_client import Counter

SUBMISSIONS = Counter("atalaya_submissions_total", "Submissions at both doors, by what became of them.", ["kind", "status"])
BATCH_ITEMS = Counter("atalaya_batch_items_total", "Items of batches that were answered.")
