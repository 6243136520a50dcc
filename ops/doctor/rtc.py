"""RTC: whether it accepts the key, and whether the app, its rule, its bucket and its callbacks fit this deployment.

RTC is asked by one call after another, and not again after it has refused the key: five wrong signatures lock a key.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from functions.webhook_api.configuration import WebhookSecret
from functions.worker.configuration import RecorderSecret
from ops.deployment import Deployment
from ops.doctor.finding import Finding, ok, unknown, wrong
from ops.errors import BadSecret
from ops.rotations import login_of
from ops.trying_keys import show_no_job
from shared.rtc.buckets import Bucket
from shared.rtc.callback_setting import CallbackSetting
from shared.rtc.client import RtcClient
from shared.rtc.errors import AuthFailed, NotConnected, NotFound, Refused, RtcError

_OFF = timedelta(minutes=1)
"""How far a clock may be off. RTC refuses signatures that are about 15 minutes off."""
_STREAM = "s_doctor"
"""The name of a stream that isn't there."""
_LATER = "check again in a minute"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Try the key first. If RTC can't be asked with it, the rest is not known."""
    try:
        secret = deployment.secret("RecorderSecretArn", RecorderSecret)
    except BadSecret:
        yield unknown("RTC key", "RecorderSecret can't be used", "fix it first")
        return
    rotate = f"`secrets rotate {login_of(secret)}`"
    try:
        rtc = deployment.rtc(secret)
    except ValueError as error:
        yield wrong("RTC key", f"it can't be used: {error}", rotate)
        return
    key = _key(deployment, rtc, rotate)
    yield key
    yield _clock(rtc)
    if key.todo:
        for what in ("recording rule", "bucket", "callbacks"):
            yield unknown(what, "RTC was not asked, because the key did not work", "fix that first")
        return
    yield _rule(deployment, rtc)
    yield _bucket(deployment, rtc)
    yield _callbacks(deployment, rtc)


def _key(deployment: Deployment, rtc: RtcClient, rotate: str) -> Finding:
    what = "RTC key"
    try:
        show_no_job(rtc)
    except AuthFailed as error:
        todo = f"is it enabled at Huawei Cloud, and is RtcProjectId its project? Else {rotate}"
        return wrong(what, f"RTC or IAM refuses it: {error}", todo)
    except NotConnected as error:
        todo = "are RtcEndpoint and IamEndpoint right, and can this machine reach them?"
        return wrong(what, f"{deployment.output('RtcEndpoint')} can't be reached: {error.error_msg}", todo)
    except NotFound as error:
        return wrong(what, f"what answers at RtcEndpoint is not RTC: {error}", "set RtcEndpoint to your region's")
    except Refused as error:
        return wrong(what, f"RTC refuses the call: {error}", "are RtcAppId and RtcProjectId right?")
    except RtcError as error:
        return unknown(what, f"RTC did not answer as it should: {error}", _LATER)
    return ok(what, "RTC accepts it")


def _clock(rtc: RtcClient) -> Finding:
    what = "clock"
    if rtc.last_date is None:
        return unknown(what, "RTC's answer had no Date", _LATER)
    ahead = datetime.now(UTC) - rtc.last_date
    if abs(ahead) <= _OFF:
        return ok(what, "that of this machine and RTC's agree")
    side = "ahead of" if ahead > timedelta(0) else "behind"
    says = f"that of this machine is {abs(ahead) // timedelta(seconds=1)} seconds {side} RTC's"
    todo = "set this machine's clock (NTP). If it is right, RTC's is wrong, and RTC may refuse signatures"
    return wrong(what, says, todo)


def _rule(deployment: Deployment, rtc: RtcClient) -> Finding:
    what, rule_id = "recording rule", deployment.parameter("RecordRuleId")
    if not rule_id:
        todo = "set RecordRuleId, unless every start names a rule or pushes its stream"
        return unknown(what, "RecordRuleId is empty: RTC may record nothing", todo)
    missing = f"the app has no rule {rule_id}: its recordings leave no file"
    todo = "set RecordRuleId to the id of the app's rule, from RTC's console"
    try:
        rule = rtc.rule(rule_id)
    except AuthFailed as error:
        return unknown(what, f"the key may not read it ({error})", "search for it in RTC's console")
    except (NotFound, Refused) as error:
        return wrong(what, f"{missing} ({error})", todo)
    except RtcError as error:
        return unknown(what, f"RTC did not show it: {error}", _LATER)
    bucket = deployment.parameter("RecordBucket")
    if bucket and rule.bucket and (bucket, deployment.parameter("RecordLocation")) != (rule.bucket, rule.location):
        says = f"it puts files into {rule.bucket} in {rule.location}, and RecordBucket is another"
        return wrong(what, says, "set RecordBucket and RecordLocation to the rule's, or change the rule")
    return ok(what, f"{rule_id}: files go to {rule.bucket or 'a bucket that RTC did not name'}")


def _bucket(deployment: Deployment, rtc: RtcClient) -> Finding:
    what, name = "bucket", deployment.parameter("RecordBucket")
    if not name:
        by = "RTC's callbacks report files" if deployment.takes_callbacks else "nothing is said about files"
        return ok(what, f"none is listed (RecordBucket is empty): {by}")
    location = deployment.parameter("RecordLocation")
    try:
        rtc.files_of(Bucket(name, location, deployment.parameter("RecordFolder")), _STREAM)
    except AuthFailed as error:
        todo = "give the key that right, or leave RecordBucket empty and set RtcCallbacks"
        return wrong(what, f"the key may not list {name}, so no file is found ({error})", todo)
    except (NotFound, Refused) as error:
        todo = "are RecordBucket and RecordLocation right, and is RTC authorised for the bucket?"
        return wrong(what, f"RTC can't list {name} in {location} ({error})", todo)
    except RtcError as error:
        return unknown(what, f"RTC did not list it: {error}", _LATER)
    return ok(what, f"RTC lists {name}")


def _callbacks(deployment: Deployment, rtc: RtcClient) -> Finding:
    what = "callbacks"
    try:
        setting = rtc.callback()
    except AuthFailed as error:
        return unknown(what, f"the key may not read the setting ({error})", "search for it in RTC's console")
    except NotFound as error:
        return wrong(what, f"RTC knows no such app ({error})", "set RtcAppId to the app's id")
    except RtcError as error:
        return unknown(what, f"RTC did not show the setting: {error}", _LATER)
    return _of_setting(deployment, setting)


def _of_setting(deployment: Deployment, setting: CallbackSetting) -> Finding:
    what, own = "callbacks", deployment.callback_url
    set_it = f"`callbacks set {own}`"
    if not deployment.takes_callbacks:
        if setting.url != own:
            return ok(what, "not used (RtcCallbacks is false)")
        todo = 'deploy with RtcCallbacks: "true", or remove the address in RTC\'s console'
        return wrong(what, "RTC calls back here, where RtcCallbacks is false, so each is refused", todo)
    if setting.url != own:
        return wrong(what, f"RTC calls back at {setting.url or 'nowhere'}, and not here", set_it)
    return _signed(setting.auth_key, _callback_keys(deployment), set_it)


def _signed(key: str, keys: tuple[str, ...] | None, set_it: str) -> Finding:
    what = "callbacks"
    if keys is None:
        return unknown(what, "they come here; WebhookSecret can't be used", "fix it first")
    if not key or key not in keys:
        how = "with a key that WebhookSecret does not have" if key else "without a key"
        return wrong(what, f"RTC signs them {how}, so each is refused", set_it)
    if key != keys[0]:
        return ok(what, f"they come here, signed with an older key: {set_it} goes on with its rotation")
    return ok(what, "they come here, signed with this deployment's key")


def _callback_keys(deployment: Deployment) -> tuple[str, ...] | None:
    try:
        return deployment.secret("WebhookSecretArn", WebhookSecret).callback_keys
    except BadSecret:
        return None
