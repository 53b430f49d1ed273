"""IncrementalAlterConfigs (KIP-339, Kafka 2.3): changes the settings it names and no others. The client library has only the older
request, which sets back every setting that it does not name.
"""

from collections.abc import Mapping

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int8, Int16, Int32, Schema, String

_API_KEY = 44
_TOPIC = 2
_SET = 0


class _IncrementalAlterConfigsResponse(Response):
    """Version 0, as the Kafka protocol guide has it."""

    API_KEY = _API_KEY
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "responses",
            Array(
                ("error_code", Int16),
                ("error_message", String("utf-8")),
                ("resource_type", Int8),
                ("resource_name", String("utf-8")),
            ),
        ),
    )


class _IncrementalAlterConfigsRequest(RequestStruct):
    """Version 0, as the Kafka protocol guide has it."""

    API_KEY = _API_KEY
    API_VERSION = 0
    RESPONSE_TYPE = _IncrementalAlterConfigsResponse
    SCHEMA = Schema(
        (
            "resources",
            Array(
                ("resource_type", Int8),
                ("resource_name", String("utf-8")),
                (
                    "configs",
                    Array(("name", String("utf-8")), ("config_operation", Int8), ("value", String("utf-8"))),
                ),
            ),
        ),
        ("validate_only", Boolean),
    )


class SetTopicConfigs(Request[_IncrementalAlterConfigsRequest]):
    """Set these settings of topics (by the broker's names); with `validate_only` the broker says only whether it would."""

    API_KEY = _API_KEY

    def __init__(self, topics: Mapping[str, Mapping[str, str]], *, validate_only: bool = False) -> None:
        self._topics = topics
        self._validate_only = validate_only

    def build(self, request_struct_class: type[_IncrementalAlterConfigsRequest]) -> _IncrementalAlterConfigsRequest:
        """The request as it is sent."""
        resources = [
            (_TOPIC, topic, [(name, _SET, value) for name, value in configs.items()]) for topic, configs in self._topics.items()
        ]
        return request_struct_class(resources, self._validate_only)
