"""What each call of the API does once it is admitted. `# guess:` is as in local/rtc/api.py."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from http import HTTPStatus

from local.http_message import Answer, Request
from local.rtc.admission import Admission
from local.rtc.callbacks import Callbacks, read_setting
from local.rtc.credentials import Credentials
from local.rtc.files import Files
from local.rtc.jobs import Jobs
from local.rtc.parameters import Change, Parameters, read_start, read_update, require_rule
from local.rtc.refusal import Refused
from local.rtc.routes import Route


@dataclass(frozen=True, slots=True)
class Operations:
    """Carries out calls. Not thread-safe: its owner has the lock. The switches are those of RtcApi."""

    credentials: Credentials
    admission: Admission
    jobs: Jobs
    files: Files
    callbacks: Callbacks
    _: KW_ONLY
    absent_video: str | None
    strict_rules: bool
    may_list: bool

    def carry_out(self, route: Route, request: Request, now: datetime) -> Answer:
        """Return the answer to a call. Raises Refused."""
        if route.operation is None:
            raise Refused(HTTPStatus.NOT_FOUND, "APIGW.0101", "no such path and method")
        if route.operation == "token":
            return self.admission.tokens.issue(request)
        self.admission.admit(request)
        if route.operation == "list":
            return self._list(request, now)
        if route.app_id != self.credentials.app_id:
            # guess: the code, from the error table's remark that it is also used for 404.
            raise Refused(HTTPStatus.NOT_FOUND, "RTC.00001003", "no such app")
        self.admission.throttle(now)
        if route.operation == "show rule":
            return self._rule(route.rule_id)
        return self._call_job(route, request, now)

    def _call_job(self, route: Route, request: Request, now: datetime) -> Answer:
        if route.operation == "show callback":
            return self._callback_setting()
        if route.operation == "show":
            return Answer.of_json(HTTPStatus.OK, self.jobs.show(route.job_id, now).document())
        if route.operation == "stop":
            self.jobs.stop(route.job_id, now)
            return Answer(HTTPStatus.NO_CONTENT)
        # guess: the code. Table 2 only says that the header is mandatory.
        if not request.headers.get("Content-Type").lower().startswith("application/json"):
            raise Refused(HTTPStatus.BAD_REQUEST, "RTC.00001002", "Content-Type is not application/json")
        if route.operation == "set callback":
            self.callbacks.url, self.callbacks.auth_key = read_setting(request.body)
            return self._callback_setting()
        if route.operation == "update":
            change = read_update(request.body)
            self._check_rule(change)
            return Answer.of_json(HTTPStatus.OK, self.jobs.update(route.job_id, change, now).document())
        parameters = read_start(request.body, self.absent_video)
        self._check_rule(parameters)
        return Answer.of_json(HTTPStatus.CREATED, self.jobs.start(parameters, now).document())

    def _callback_setting(self) -> Answer:
        setting = {"url": self.callbacks.url, "auth_key": self.callbacks.auth_key}
        # guess: what an app without a setting answers.
        given = {"record_callback": setting} if setting["url"] else {}
        return Answer.of_json(HTTPStatus.OK, {"app_id": self.credentials.app_id, **given})

    def _rule(self, rule_id: str) -> Answer:
        made_up = self.credentials
        if rule_id != made_up.record_rule_id:
            # guess: the status and the code of an unknown rule.
            raise Refused(HTTPStatus.NOT_FOUND, "RTC.00001003", "no such rule")
        place = {"location": made_up.region, "bucket": made_up.bucket, "object": ""}
        rule = {"rule_id": rule_id, "app_id": made_up.app_id, "obs_addr": place, "record_formats": ["MP4"]}
        return Answer.of_json(HTTPStatus.OK, rule)

    def _check_rule(self, given: Parameters | Change) -> None:
        if self.strict_rules:
            require_rule(given, self.credentials.record_rule_id)

    def _list(self, request: Request, now: datetime) -> Answer:
        if not self.may_list:
            raise Refused(HTTPStatus.FORBIDDEN, "RTC.00001021", "the key may not list buckets")
        self.admission.throttle(now)
        self.files.store(self.jobs.all(now), now)
        return Answer.of_json(HTTPStatus.OK, self.files.listing(request.query))
