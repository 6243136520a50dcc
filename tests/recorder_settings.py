"""Settings with which the recorder works."""

RECORDER = {
    "SECRET_ID": "recorder-secret",
    "LEDGER_TABLE": "ledger",
    "ORDER_QUEUE_URL": "http://127.0.0.1:5000/123456789012/orders",
    "CALLER_QUEUE_URL": "http://127.0.0.1:5000/123456789012/caller-orders",
    "MAX_RECEIVES": "8",
    "MAX_RECORDING_HOURS": "8",
    "SLACK_COMMAND": "/record",
    "RTC_ENDPOINT": "https://rtc-api.myhuaweicloud.com",
    "RTC_APP_ID": "5ebdb6aa4cb44ca29e8b0a39",
    "RTC_PROJECT_ID": "0b3c0f66a1e64f",
    "RTC_CALLS_PER_SECOND": "10",
    "RTC_CALLBACKS": "false",
    "RECORD_BUCKET": "",
    "RECORD_LOCATION": "cn-north-4",
    "RECORD_FOLDER": "",
    "OBS_ENDPOINT": "https://obs.{location}.myhuaweicloud.com",
    "EVENT_BUS_NAME": "",
    "IAM_ENDPOINT": "https://iam.myhuaweicloud.com",
    "SLACK_API_URL": "https://slack.com/api/",
    "SLACK_RESPONSE_URL": "https://hooks.slack.com/",
}
