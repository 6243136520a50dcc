"""Sample handlers for the tests of the local system: each does one thing that a Lambda function may do."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def echo(event: Any, context: Any) -> Any:
    """Give back the event, and all that a function is told about itself."""
    print(f"echo {context.aws_request_id}")  # noqa: T201 - what it prints is its log
    return {
        "event": event,
        "environment": dict(os.environ),
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining": context.get_remaining_time_in_millis(),
        "pid": os.getpid(),
        "path": sys.path,
        "stdin": sys.stdin.read(),
    }


def obey(event: Any, _context: Any) -> Any:
    """Do what the event says: meet others, stay, raise, exit, start a process, give a value."""
    match event:
        case {"meet": folder, "others": others}:
            Path(folder, str(os.getpid())).touch()
            while len(list(Path(folder).iterdir())) <= others:
                time.sleep(0.01)
        case {"stay": path}:
            Path(path).touch()
            time.sleep(600)
        case {"raise": message}:
            raise ValueError(message)
        case {"exit": code}:
            os._exit(code)
        case {"start": seconds}:
            child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])
            return {"pid": os.getpid(), "child": child.pid}
    return {"pid": os.getpid(), "give": event.get("give")}


def work(event: Any, _context: Any) -> Any:
    """Do what each message of a batch says: fail, crash, give garbage; and note in the log what came."""
    failed = []
    for record in event["Records"]:
        order = json.loads(record["body"])
        print(json.dumps(record))  # noqa: T201 - what it prints is its log
        match order:
            case {"fail": True}:
                failed.append({"itemIdentifier": record["messageId"]})
            case {"raise": message}:
                raise ValueError(message)
            case {"garbage": value}:
                return value
            case {"sleep": seconds}:
                time.sleep(seconds)
    return {"batchItemFailures": failed}


def stay(event: Any, _context: Any) -> None:
    """Put a file into the folder that the message names, and stay until it is gone."""
    (record,) = event["Records"]
    here = Path(record["body"], record["messageId"])
    here.touch()
    while here.exists():
        time.sleep(0.01)
