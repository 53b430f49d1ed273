from services.cli.receive import line_of
from shared.contracts.examples import example


def test_an_alert_and_a_notice_are_each_a_line_of_their_own() -> None:
    alert = {"type": "alert.revised", "data": example("alert")}
    assert line_of(alert) == "alert.revised revision 2 vehicle:GT:C123BCD: Vehicle C123BCD (GT): inquiry check"
    entry = "entry 7b1d8d52-53d5-5d0c-8c53-6f2f1f9f0a01"
    assert line_of(example("notice")) == f"entry.review_due {entry}: The entry stops alerting unless it is extended"
