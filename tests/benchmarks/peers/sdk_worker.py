"""The least that a worker on Huawei's SDK does with an order: read its keys, start the recording, tell the channel.

Unlike the recorder it has no ledger, so it starts twice what the queue delivers twice, and no pace.
"""

import json
import os
from typing import Any

import boto3
from huaweicloudsdkcloudrtc.v2 import (
    CloudRTCClient,
    CreateIndividualStreamJobRequest,
    IndividualStreamJobReq,
    RecordParam,
)
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from slack_sdk import WebClient

_secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"])
_credentials = BasicCredentials(_secret["access_key"], _secret["secret_key"], os.environ["RTC_PROJECT_ID"])
_rtc = CloudRTCClient.new_builder().with_credentials(_credentials).with_endpoint(os.environ["RTC_ENDPOINT"]).build()
_slack = WebClient(token=_secret["bot_token"], base_url=os.environ["SLACK_API_URL"])


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Process an SQS batch."""
    for record in event["Records"]:
        order = json.loads(record["body"])
        for request in order["action"]["requests"]:
            job = _start(request)
            text = f"Recording {request['user_id']} in room {request['room_id']}: job {job.job_id}, {job.stream_name}"
            _slack.chat_postMessage(channel=order["reply_to"]["channel_id"], text=text)
    return {"batchItemFailures": []}


def _start(request: dict[str, Any]) -> Any:
    rule = (request.get("record_param") or {}).get("record_rule_id")
    body = IndividualStreamJobReq(
        room_id=request["room_id"],
        user_id=request["user_id"],
        video_type=request["video_type"],
        select_stream_type=request["select_stream_type"],
        record_param=RecordParam(record_rule_id=rule) if rule else None,
    )
    app_id = os.environ["RTC_APP_ID"]
    return _rtc.create_individual_stream_job(
        CreateIndividualStreamJobRequest(content_type="application/json", app_id=app_id, body=body)
    )
