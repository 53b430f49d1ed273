from datetime import timedelta

from services.cli.doctor.brokers import _topic
from services.cli.doctor.findings import Level, fault, ok
from shared.platform.kafka.topic_plans import MIN_INSYNC, PresentTopic, TopicSpec, plan

SPEC = TopicSpec("events", 6, timedelta(days=1))


def test_a_finding_is_one_line_with_what_to_do() -> None:
    assert fault("kafka", "no broker answers", "start Kafka").line() == "fault   kafka      no broker answers → start Kafka"
    assert ok("kafka", "3 brokers").line() == "ok      kafka      3 brokers"


def test_acknowledgements_that_one_copy_keeps_and_unclean_elections_are_faults() -> None:
    configs = SPEC.configs() | {MIN_INSYNC: "1", "unclean.leader.election.enable": "true"}
    unsafe = PresentTopic(6, 3, configs)
    levels = {finding.text: finding.level for finding in _topic(plan(SPEC, unsafe, replication_factor=1))}
    assert levels == {
        "events: min.insync.replicas is 1 instead of 2": Level.FAULT,
        "events: unclean.leader.election.enable is true": Level.FAULT,
    }
