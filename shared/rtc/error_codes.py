"""The error codes of the RTC API: what each means for a person, and what to do next.

Source: "Error Codes" of the RTC API reference, and the gateway's own page for APIGW. and APIG. codes
(https://support.huaweicloud.com/intl/en-us/api-rtc/rtc_05_0012.html). Add a code here and nowhere else.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One row: RTC's code and name for it, what happened and what to do next, each in one sentence for a person."""

    code: str
    name: str
    what: str
    next_step: str


JOB_RUNNING = "RTC.00001006"
JOB_DONE = "RTC.00001009"
JOB_NOT_INITIALIZED = "RTC.00001022"
INTERNAL_ERROR_PREFIX = "RTC.00002"
"""The 500s. After these the job was not created, says the API page."""

_ASK_OPERATOR = "Ask an operator to check recordbot's RTC account."
_CHECK_KEYS = "Ask an operator to check recordbot's keys: more tries can lock them."
_REPORT = "Report it with the request id: recordbot sent something that RTC does not accept."

_ROWS = (
    ErrorCode(
        "RTC.00001001", "OperationUnauthorized", "RTC's credentials carry no domain.", "Ask an operator to fix them."
    ),
    ErrorCode("RTC.00001002", "MalformedRequestBody", "RTC could not read the request.", _REPORT),
    ErrorCode(
        "RTC.00001003",
        "InvalidParameterValue",
        "RTC does not accept one of the values.",
        "Check room, user and options.",
    ),
    ErrorCode(
        "RTC.00001004",
        "InvalidParameterCombination",
        "RTC does not accept these options together.",
        "Drop one of them.",
    ),
    # Room and user are always sent. What RTC may miss is something to do: a rule, or an address to push to.
    ErrorCode("RTC.00001005", "MissingParameter", "RTC misses a value.", "Name a recording rule, or ask an operator."),
    ErrorCode(JOB_RUNNING, "JobRunning", "This stream is already being recorded.", "Nothing to do: it goes on."),
    ErrorCode(
        "RTC.00001007",
        "JobExceed",
        "RTC's job quota is used up.",
        "Stop a recording, or ask an operator to request a higher quota by a ticket.",
    ),
    ErrorCode(JOB_DONE, "JobDone", "This recording is already over.", "Start a new one if you need it."),
    ErrorCode(
        "RTC.00001010", "LayoutTemplateNotExist", "RTC asks for a layout, which only mixed recordings have.", _REPORT
    ),
    ErrorCode(
        "RTC.00001012", "UnsupportRegion", "RTC is not offered in this region.", "Ask an operator for another region."
    ),
    ErrorCode("RTC.00001013", "RuleForbidenDelete", "The recording rule is in use.", "Wait until nothing uses it."),
    ErrorCode(
        "RTC.00001016",
        "AppDeactivation",
        "The RTC app is stopped, often for unpaid bills.",
        "Ask an operator to pay them, or to start the app again.",
    ),
    ErrorCode(
        "RTC.00001017",
        "AppsExceed",
        "The account has 20 RTC apps, which is the limit.",
        "Ask an operator to delete one.",
    ),
    ErrorCode(
        "RTC.00001018", "URL unavailable", "RTC cannot reach the callback URL.", "Ask an operator to correct it."
    ),
    ErrorCode("RTC.00001019", "RecordRuleExist", "A recording rule of this name exists.", "Choose another name."),
    ErrorCode("RTC.00001020", "AppExist", "An RTC app of this name exists.", "Choose another name."),
    ErrorCode(
        "RTC.00001021", "NoPermission", "An IAM policy denies recordbot this call.", "Ask an operator to allow it."
    ),
    ErrorCode(
        JOB_NOT_INITIALIZED,
        "JobNotInitialized",
        "The recording is still being set up.",
        "Wait some seconds, try again.",
    ),
    ErrorCode("APIGW.0101", "ApiNotFound", "RTC's address or path is wrong.", "Ask an operator to check the endpoint."),
    ErrorCode("APIGW.0301", "IncorrectIamAuthentication", "RTC refused recordbot's signature or token.", _CHECK_KEYS),
    ErrorCode("APIGW.0302", "UserNotAllowed", "This IAM user may not call RTC.", "Ask an operator to allow it."),
    ErrorCode("APIGW.0303", "IncorrectAppAuthentication", "RTC refused recordbot's credentials.", _CHECK_KEYS),
    ErrorCode("APIGW.0305", "AccessDenied", "The gateway in front of RTC denies access.", _ASK_OPERATOR),
    ErrorCode("APIGW.0307", "TokenExpired", "RTC refused recordbot's token.", _CHECK_KEYS),
    ErrorCode("APIGW.0308", "Throttled", "RTC gets too many requests at once.", "Try again in a minute."),
)

ERROR_CODES = {row.code: row for row in _ROWS}


def look_up(error_code: str) -> ErrorCode | None:
    """Return the row for a code; None for a code that is not in the table, which is then shown as it is.

    The gateway's older prefix APIG. means the same as APIGW. All 500s of RTC share one row.
    """
    if error_code.startswith(INTERNAL_ERROR_PREFIX):
        return ErrorCode(error_code, "InternalError", "RTC failed and started nothing.", "Try again in a minute.")
    return ERROR_CODES.get(error_code.replace("APIG.", "APIGW.", 1))
