"""Who asks: whether Slack says that they belong to the app's workspace or organisation."""

from typing import Any

import pytest

from bot.asker import FromPerson
from bot.payloads import Clicked, ClickedInView, Shortcut, Submitted
from tests.clicks import a_click
from tests.views import a_home_click, a_shortcut, submission

WORKSPACE = {"id": "T1", "domain": "school"}
IN_ORGANISATION = WORKSPACE | {"enterprise_id": "E1", "enterprise_name": "Schools"}
ORGANISATION = {"id": "E1", "name": "Schools"}
VIEW = {"type": "modal", "blocks": []}


def _all(person: str | None, **said: Any) -> list[FromPerson]:
    """What this person does, by each payload that has one."""
    user = {"user": {"id": "U1", "team_id": person}}
    view = {"id": "V1", "app_installed_team_id": "T1", "state": {"values": {}}}
    return [
        Clicked.model_validate(a_click("stop") | user | said),
        ClickedInView.model_validate(a_home_click("stop", "") | user | {"view": view} | said),
        Shortcut.model_validate(a_shortcut() | user | said),
        Submitted.model_validate(submission(VIEW) | user | {"view": view} | said),
    ]


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ({"team": WORKSPACE}, {"T1"}),
        ({"team": WORKSPACE, "enterprise": ORGANISATION}, {"T1"}),
        ({"team": IN_ORGANISATION, "enterprise": ORGANISATION, "is_enterprise_install": False}, {"T1", "E1"}),
    ],
)
def test_who_is_of_the_app_s_workspace_or_organisation_is_none_of_another(said: dict[str, Any], ours: set[str]) -> None:
    """Of people in an organisation Slack may say the organisation. What isn't said gives nothing."""
    for person in ("T1", "E1", "T2", "E2", "", None):
        assert {it.is_foreign for it in _all(person, **said)} == {person not in ours}, person


@pytest.mark.parametrize(("enterprise", "ours"), [(ORGANISATION, {"E1"}), (None, set[str]())])
def test_an_organisation_s_own_app_knows_the_organisation_s_people_only(enterprise: Any, ours: set[str]) -> None:
    """It has no `team`. Nothing in a payload tells which workspaces are the organisation's."""
    view: dict[str, Any] = {"id": "V1", "app_installed_team_id": "E1" if enterprise else None, "state": {"values": {}}}
    said = {"team": None, "enterprise": enterprise, "is_enterprise_install": True, "view": view}
    for person in ("T1", "E1", "E2", None):
        assert {it.is_foreign for it in _all(person, **said)} == {person not in ours}, person


def test_in_a_view_the_team_may_be_the_person_s_own() -> None:
    """Then only the view says whose the app is.

    https://github.com/slackapi/bolt-js/issues/1614
    """
    said = {"team": {"id": "T2", "enterprise_id": "E2"}, "enterprise": {"id": "E2"}}
    in_views = [
        it for person in ("T2", "E2") for it in _all(person, **said) if isinstance(it, ClickedInView | Submitted)
    ]
    assert [it.is_foreign for it in in_views] == [True] * 4
