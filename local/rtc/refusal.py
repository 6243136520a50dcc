"""The errors of the RTC stand-in, each in the form of the part that refuses: RTC, the gateway before it, or IAM."""

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
"""The error_msg of each code. Source: Huawei's tables of RTC's and of API Gateway's error codes."""


class Refused(Exception):
    """A request that is answered with an error; `code` is RTC's, the gateway's, or IAM, which has none of its own.

    `why` is told in full to whoever reads the record of calls.
    """

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.status = status
        self.code = code
        self.why = why

    def answer(self, request_id: str) -> Answer:
        """Give the error as the refusing part words it: RTC by the code's name alone, as its page shows."""
        if self.code == "IAM":
            title = HTTPStatus(self.status).phrase
            return Answer.of_json(self.status, {"error": {"code": self.status, "message": self.why, "title": title}})
        return Answer.of_json(self.status, error_body(self.code, request_id, self.why))


def error_body(code: str, request_id: str, why: str = "") -> dict[str, str]:
    """Give {"error_code", "error_msg"}; the gateway's messages add `why`, and its body the request id."""
    name = NAMES.get(code, "InternalError")
    if not code.startswith("APIG"):
        return {"error_code": code, "error_msg": name}
    return {"error_code": code, "error_msg": f"{name}: {why}" if why else name, "request_id": request_id}
