from datetime import timedelta

import pytest

from shared.platform.kafka.topic_plans import MIN_INSYNC, Change, PresentTopic, TopicSpec, plan

SPEC = TopicSpec("events", 6, timedelta(days=1))


def present(*, replicas: int = 1, partitions: int = 6, **configs: str) -> PresentTopic:
    found = SPEC.configs() | {MIN_INSYNC: "1"} | {name.replace("_", "."): value for name, value in configs.items()}
    return PresentTopic(partitions, replicas, found)


@pytest.mark.parametrize(
    ("replicas", "found", "wanted"),
    [(3, "1", "2"), (3, "2", None), (5, "3", None), (2, "1", None), (1, "1", None), (3, "", "2")],
)
def test_with_three_copies_an_acknowledgement_means_that_two_have_it_and_more_is_left(
    replicas: int, found: str, wanted: str | None
) -> None:
    """By the copies that there are, not by what this machine's settings say of new topics."""
    found_plan = plan(SPEC, present(replicas=replicas, min_insync_replicas=found), replication_factor=1)
    assert found_plan.changes == (() if wanted is None else (Change(MIN_INSYNC, found, wanted),))


def test_a_new_topic_is_made_as_safe_as_its_copies_allow() -> None:
    for factor, least in ((1, "1"), (3, "2")):
        changes = {change.setting: change.new for change in plan(SPEC, None, replication_factor=factor).changes}
        assert changes[MIN_INSYNC] == least


def test_what_is_refused_has_that_one_step_and_grows_nothing() -> None:
    refused = plan(SPEC, present(partitions=4, retention_ms="1"), replication_factor=1)
    assert not refused.grows
    (step,) = refused.steps
    assert step.startswith("refuse: it has 4 partitions instead of 6")
