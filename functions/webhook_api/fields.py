"""What each field of an event may hold, in words: for the answer to a wrong one, and for docs/openapi.json."""

from shared.orders import MAX_STREAMS
from shared.rtc.models import MAX_IDLE_TIME_DEFAULT, MAX_IDLE_TIME_MAX, MAX_IDLE_TIME_MIN

_ID = "1 to 64 letters, digits, _ or -, as a string or a number of 64 bits"

ALLOWED = {
    "type": "recording.start, recording.stop or ping",
    "timestamp": "when it happened: a date and time with its zone, such as 2026-03-02T10:30:00Z",
    "data": f"one object, or for recording.start a list of 1 to {MAX_STREAMS}",
    "notify": "an object with the channel to tell as well",
    "channel": "the id of a Slack channel, such as C0123456789",
    "dry_run": "true to be answered what would be sent, without sending it; or false",
    "room_id": _ID,
    "user_id": _ID,
    "job_id": "the id of a job, as RTC gave it: up to 128 letters, digits, _, -, . or ~",
    "is_record_audio": "true or false",
    "video_type": "CAMERASTREAM, SCREENSTREAM, or null for no video (to stop: null for all)",
    "select_stream_type": "LD, SD, HD or FHD",
    "max_idle_time": f"{MAX_IDLE_TIME_MIN} to {MAX_IDLE_TIME_MAX} seconds; left out: {MAX_IDLE_TIME_DEFAULT}",
    "publish_param": "an object with rtmp_urls",
    "rtmp_urls": "a list of 1 to 10 addresses that start with rtmp:// or rtmps:// and name a host",
    "record_param": "an object with record_rule_id",
    "record_rule_id": "1 to 128 plain characters",
}
