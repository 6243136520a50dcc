"""What Lambda hands to a handler beside the event."""

from aws_lambda_powertools.utilities.typing import LambdaContext

REQUEST_ID = "11111111-2222-3333-4444-555555555555"


class Context(LambdaContext):
    """A call's context, with a minute left."""

    def __init__(self) -> None:
        self._function_name = "function-1"
        self._function_version = "$LATEST"
        self._invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:function-1"
        self._memory_limit_in_mb = 512
        self._aws_request_id = REQUEST_ID

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """How long the function may still run."""
        return 60_000
