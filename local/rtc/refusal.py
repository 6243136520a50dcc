"""The errors of the RTC stand-in, each in the format of who refuses: RTC, the API gateway in front of it, or IAM."""

from http import HTTPStatus

from local.http_message import Answer

NAMES = {
    "RTC.00001001": "OperationUnauthorized",
    "RTC.00001002": "MalformedRequestBody",
    "RTC.00001003": "InvalidParameterValue",
    "RTC.00001004": "InvalidParameterCombination",
    "RTC.00001005": "MissingParameter",
    "RTC.00001006": "JobRunning",
    "RTC.00001007": "JobExceed",
    "RTC.00001009": "JobDone",
    "RTC.00001012": "UnsupportRegion",
    "RTC.00001016": "AppDeactivation",
    "RTC.00001021": "NoPermission",
    "RTC.00001022": "Job is not initialized",
    "RTC.00002000": "InternalError",
    "APIGW.0101": "The API does not exist or has not been published in the environment",
    "APIGW.0301": "Incorrect IAM authentication information",
    "APIGW.0308": "The throttling threshold has been reached",
}
"""The error_msg of each code. Source: Huawei's tables of error codes of RTC and of API Gateway."""


class Refused(Exception):
    """The request is answered with an error. `code` is RTC's or the gateway's, or IAM, which has no codes.

    `why` is the reason in full, for the record of calls.
    """

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.status = status
        self.code = code
        self.why = why

    def answer(self, request_id: str) -> Answer:
        """Return the answer with the error. RTC's message is only the code's name, as on its page."""
        if self.code == "IAM":
            title = HTTPStatus(self.status).phrase
            return Answer.of_json(self.status, {"error": {"code": self.status, "message": self.why, "title": title}})
        return Answer.of_json(self.status, error_body(self.code, request_id, self.why))


def error_body(code: str, request_id: str, why: str = "") -> dict[str, str]:
    """Return {"error_code", "error_msg"}. The gateway adds `why` to its message, and the request id to its body."""
    name = NAMES.get(code, "InternalError")
    if not code.startswith("APIG"):
        return {"error_code": code, "error_msg": name}
    return {"error_code": code, "error_msg": f"{name}: {why}" if why else name, "request_id": request_id}
