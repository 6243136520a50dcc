"""The examples of docs/openapi.json; a test holds each to its model."""

from typing import Any

_WHEN = "2026-03-02T10:30:00Z"
_ONE = {"room_id": 100, "user_id": "user001", "select_stream_type": "HD"}

EVENTS: dict[str, Any] = {
    "start": {"type": "recording.start", "timestamp": _WHEN, "data": _ONE},
    "start several and notify a channel": {
        "type": "recording.start",
        "timestamp": _WHEN,
        "data": [_ONE, {"room_id": "100", "user_id": "user002", "video_type": None, "max_idle_time": 300}],
        "notify": {"channel": "C0123456789"},
    },
    "start later, for 90 minutes at most": {
        "type": "recording.start",
        "timestamp": _WHEN,
        "data": _ONE,
        "start_at": "2026-03-02T14:00:00Z",
        "max_duration": "PT90M",
    },
    "stop a job": {"type": "recording.stop", "timestamp": _WHEN, "data": {"job_id": "1"}},
    "stop a user": {"type": "recording.stop", "timestamp": _WHEN, "data": {"room_id": "100", "user_id": "user001"}},
    "ping": {"type": "ping", "timestamp": _WHEN},
}
ACCEPTED: dict[str, Any] = {
    "accepted": {
        "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
        "status_url": "https://example.com/orders/7KQ2M4X8P1ZA3D5F9H0JVWYB?body=...&expires=1773057600&signature=...",
        "warning": None,
    }
}
DRY_RUN: dict[str, Any] = {
    "dry run": {
        "would_send": [
            {
                "room_id": "100",
                "user_id": "user001",
                "is_record_audio": True,
                "video_type": "CAMERASTREAM",
                "select_stream_type": "HD",
                "max_idle_time": 30,
                "record_param": {"record_rule_id": "5f5e172b9016ed5b0961a43"},
            }
        ],
        "warning": None,
    }
}
PONG: dict[str, Any] = {
    "pong": {"caller": "timetable", "clock_ahead_seconds": 0, "rooms": ["100", "101"], "channels": None}
}
_STREAM = {"room_id": "100", "user_id": "user001", "video_type": "CAMERASTREAM"}
_TIMES = {"began_at": "2026-03-02T10:30:01Z", "settled_at": "2026-03-02T10:30:02Z", "held_until": None}
_OF_RECORDING = ("checked_at", "start_at", "ends_at", "ended_at", "end", "duration_seconds")
_NOT_RECORDED: dict[str, Any] = dict.fromkeys(_OF_RECORDING)
_RECORDED = _NOT_RECORDED | {"checked_at": "2026-03-02T10:30:04Z", "ends_at": "2026-03-02T18:30:01Z"}
_NAMES = ("job_id", "stream_name", "stream_name_from", "job_state", "start_time", "stop_time", "update_time")
_NOTHING: dict[str, Any] = {**dict.fromkeys((*_NAMES, "stop_reason", "description")), "differences": []}
_NO_ERROR = {"error_code": None, "error_msg": None, "request_id": None}
_JOB = _NOTHING | {
    "job_id": "1",
    "stream_name": "s_1_100_user001",
    "stream_name_from": "rtc",
    "job_state": "RUNNING",
    "start_time": "2026-03-02T10:30:02Z",
    "update_time": "2026-03-02T10:30:03Z",
    "description": "The job is running.",
    "differences": [{"field": "max_idle_time", "asked": 30, "answered": 60}],
}
_OVER = _RECORDED | {
    "job_state": "STOPPED",
    "stop_time": "2026-03-02T11:30:02Z",
    "stop_reason": "EXCEED_MAX_IDLE_TIME",
    "ended_at": "2026-03-02T11:30:02Z",
    "end": "idle",
    "duration_seconds": 3600,
}
_QUOTA = {"error_code": "RTC.00001007", "error_msg": "JobExceed", "request_id": "3f2a"}
STATUS: dict[str, Any] = {
    "on its way": {
        "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
        "state": "accepted",
        "placed_at": None,
        "error_msg": None,
        "streams": [],
    },
    "recording": {
        "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
        "state": "done",
        "placed_at": _WHEN,
        "error_msg": None,
        "streams": [_STREAM | {"state": "recording"} | _JOB | _NO_ERROR | {"request_id": "9c41"} | _TIMES | _RECORDED],
    },
    "over": {
        "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
        "state": "done",
        "placed_at": _WHEN,
        "error_msg": None,
        "streams": [_STREAM | {"state": "ended"} | _JOB | _NO_ERROR | {"request_id": "9c41"} | _TIMES | _OVER],
    },
    "refused": {
        "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
        "state": "done",
        "placed_at": _WHEN,
        "error_msg": None,
        "streams": [_STREAM | {"state": "not_started"} | _NOTHING | _QUOTA | _TIMES | _NOT_RECORDED],
    },
}
OWN: dict[str, Any] = {
    "a page": {
        "recordings": [
            {
                "id": "7KQ2M4X8P1ZA3D5F9H0JVWYB.0",
                "order_id": "7KQ2M4X8P1ZA3D5F9H0JVWYB",
                **_STREAM,
                "state": "recording",
                "job_id": "1",
                "stream_name": "s_1_100_user001",
                "stream_name_from": "rtc",
                "since": "2026-03-02T10:30:01Z",
                "ends_at": "2026-03-02T18:30:01Z",
                "checked_at": "2026-03-02T10:30:04Z",
                "held_until": None,
            }
        ],
        "next": "https://example.com/recordings?limit=1&cursor=...",
        "warning": None,
    }
}
WRONG_FIELD: dict[str, Any] = {
    "pointer": "/data/select_stream_type",
    "detail": "Input should be 'LD', 'SD', 'HD' or 'FHD'",
    "given": '"hdd"',
    "allowed": "LD, SD, HD or FHD.",
}
REASONS = {
    "400": "the body is no JSON in UTF-8 without byte order mark: Expecting value (line 1, column 28)",
    "401": "webhook-timestamp is 312 seconds behind our clock; 300 are allowed",
    "403": "You may not start this recording: you can for 1h at most (rule the timetable).",
    "404": "no such order, or the link is incomplete",
    "405": "another method is needed: the header Allow names what is possible",
    "409": "another body came under this webhook-id before",
    "410": "a link to an order's status ends after a week",
    "413": "a body may have at most 64000 bytes",
    "415": "the Content-Type has to be application/json, in UTF-8",
    "422": "1 thing is wrong; nothing was started or stopped",
}
OWN_REASONS = {
    "400": "limit has to be a number from 1 to 100",
    "410": "the cursor has ended, after an hour: begin again without a cursor",
}
REQUEST_ID = "Zx1pWhbNoAMEJgA="
