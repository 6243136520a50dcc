"""IAM's token call."""

import json
from typing import Any

import pytest

from local.http_message import Answer, Request
from local.rtc.credentials import MADE_UP
from local.rtc.iam import Tokens
from local.rtc.refusal import Refused
from tests.settable_clock import SettableClock


def _login(**changes: object) -> dict[str, Any]:
    user = {"name": MADE_UP.iam_user, "password": MADE_UP.iam_password, "domain": {"name": MADE_UP.iam_domain}}
    identity = {"methods": ["password"], "password": {"user": user | changes}}
    return {"auth": {"identity": identity, "scope": {"project": {"id": MADE_UP.project_id}}}}


def _issue(tokens: Tokens, login: object) -> Answer:
    return tokens.issue(Request("POST", "/v3/auth/tokens", body=json.dumps(login).encode()))


def _token(answer: Answer) -> str:
    return dict(answer.headers)["X-Subject-Token"]


def test_the_right_password_gives_a_token_for_24_hours() -> None:
    """The token is in the header, its end in the body; it is good until then and not after."""
    clock = SettableClock()
    tokens = Tokens(MADE_UP, clock)
    answer = _issue(tokens, _login())
    assert answer.status == 201
    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body)["token"]["expires_at"] == "2026-01-03T03:04:05.075000Z"
    clock.tick(24 * 3600 - 1)
    tokens.check(_token(answer))
    clock.tick(1)
    with pytest.raises(Refused, match="the token has expired") as expired:
        tokens.check(_token(answer))
    assert expired.value.status == 401


def test_a_project_may_be_named_by_its_region() -> None:
    """IAM takes a project's id or its name."""
    login = _login()
    login["auth"]["scope"]["project"] = {"name": "cn-north-4"}
    assert _issue(Tokens(MADE_UP, SettableClock()), login).status == 201


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"name": "x"}, {"domain": {"name": "x"}}, {"domain": None}])
def test_a_wrong_login_is_401_in_iam_s_own_form(wrong: dict[str, object]) -> None:
    """The answer doesn't say which of the three was wrong."""
    with pytest.raises(Refused) as refused:
        _issue(Tokens(MADE_UP, SettableClock()), _login(**wrong))
    answer = refused.value.answer("id")
    assert answer.status == 401
    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body) == {
        "error": {"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"}
    }


def test_a_foreign_project_is_401() -> None:
    """A user gets no token for a project that isn't theirs."""
    login = _login()
    login["auth"]["scope"]["project"] = {"id": "f" * 32}
    with pytest.raises(Refused, match="no such project"):
        _issue(Tokens(MADE_UP, SettableClock()), login)


@pytest.mark.parametrize(
    "login", [None, [], "x", {}, {"auth": 1}, {"auth": {"identity": {"methods": ["token"]}}}, {"auth": {"scope": {}}}]
)
def test_what_is_no_password_login_for_a_project_is_400(login: object) -> None:
    """Other methods, other scopes and other documents are refused as such."""
    with pytest.raises(Refused) as refused:
        _issue(Tokens(MADE_UP, SettableClock()), login)
    assert refused.value.status == 400


def test_revoked_and_invented_tokens_are_refused() -> None:
    """A change of rights kills tokens before their time; one never issued was never good."""
    tokens = Tokens(MADE_UP, SettableClock())
    token = _token(_issue(tokens, _login()))
    tokens.check(token)
    tokens.revoke()
    for bad in (token, "invented", ""):
        with pytest.raises(Refused, match="decrypt token fail"):
            tokens.check(bad)
