"""The rules of hiding secrets."""

import json

import pytest

from local.demo.masking import MASK, masked

SECRETS = [
    "v0=" + "a" * 64,
    "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" + "b" * 64,
    "Bearer xoxb-123-abc",
    "http://127.0.0.1:1/hooks/commands/s3cret-path",
    "response_url=http%3A%2F%2F127.0.0.1%2Fhooks%2Fcommands%2Fs3cret-path",
    "push=rtmp://live.example.com/app/s3cret-path",
    "rtmps://me:s3cret-path@live.example.com/app",
    "X-Security-Token: s3cret-path",
    "X-Auth-Token: s3cret-path",
    "webhook-signature: v1,s3cret/path= v1,s3cret+path",
    "whsec_s3cret/path=",
    "http://127.0.0.1/orders/7KQ2M4X8P1ZA?expires=1&signature=s3cret-path_of-the-link",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_is(secret: str) -> None:
    """A secret in any string of a document is replaced; the text around it stays."""
    shown = json.dumps(masked({"a": ["before ", {"b": f"x {secret} y"}]}))
    assert MASK in shown
    for hidden in ("a" * 64, "b" * 64, "123-abc", "s3cret"):
        assert hidden not in shown
    assert "before" in shown
    assert "y" in shown


def test_a_secret_that_is_known_is_hidden_wherever_it_is() -> None:
    """What the system is configured with, and the keys of a push address that stands elsewhere in the document."""
    document = {
        "body": "push=rtmp://h/app/s3cret-key?sign=s3cret-sign",
        "answer": ["s3cret-key of AKAKAK", "s3cret-sign"],
    }
    assert masked(document, {"AKAKAK", "of"}) == {
        "body": f"push=rtmp://{MASK}",
        "answer": [f"{MASK} of {MASK}", MASK],
    }


@pytest.mark.parametrize("name", ["token", "trigger_id", "X-Security-Token"])
def test_a_field_that_is_secret_by_its_name(name: str) -> None:
    """The value of a secret field is hidden whatever it is; an empty one stays empty."""
    assert masked({name: "anything", "other": "anything"}) == {name: MASK, "other": "anything"}
    assert masked({name: ""}) == {name: ""}


def test_all_else_stays() -> None:
    """Numbers, booleans, nulls and plain texts are as they were."""
    document = {"job_id": "1", "n": 1.5, "ok": True, "none": None, "list": ["rtmp", "v0="]}
    assert masked(document) == document
