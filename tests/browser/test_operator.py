"""What an operator sees on the page: doctor's lines, and the audit of an order."""

import pytest
from playwright.sync_api import Locator, Page, expect

from local.system import System
from tests.browser.checker import serious_faults
from tests.browser.conftest import Open
from tests.browser.conversation import message, send

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


def _open_operator(page: Page) -> None:
    page.get_by_role("button", name="Operator").press("Enter")
    expect(page.get_by_role("heading", name="What an operator sees")).to_be_focused()


def _run_doctor(page: Page) -> Locator:
    """Let doctor run, and return its lines."""
    page.get_by_role("button", name="Run doctor", exact=True).press("Enter")
    lines = page.get_by_role("list", name="What doctor finds").get_by_role("listitem")
    expect(lines.first).to_be_visible()
    return lines


def test_doctor_looks_when_it_is_asked_to(page: Page, system: System) -> None:
    """What is wrong comes with what to do; the button keeps the focus; a second run sees what was mended."""
    dead_letters = system.stack.queue_url("DeadLetterQueue")
    system.stack.sqs.send_message(QueueUrl=dead_letters, MessageBody="{}")
    _open_operator(page)
    expect(page.get_by_role("list", name="What doctor finds").get_by_role("listitem")).to_have_count(0)
    found = _run_doctor(page).filter(has_text="dead letters")
    expect(found).to_contain_text("wrong")
    expect(found).to_contain_text("What to do: ")
    expect(found).to_have_class("wrong")
    expect(page.get_by_role("status").filter(has_text=" wrong, ")).to_be_visible()
    run = page.get_by_role("button", name="Run doctor", exact=True)
    expect(run).to_be_focused()
    system.stack.sqs.purge_queue(QueueUrl=dead_letters)
    run.press("Enter")
    expect(found).to_have_class("ok")
    expect(run).to_have_attribute("aria-disabled", "false")


def test_the_audit_tells_who_did_what(page: Page, room: str) -> None:
    """The records of the chosen order come as they are written; what placed no order has none."""
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    _open_operator(page)
    records = page.get_by_role("list", name="The audit’s records").get_by_role("listitem")
    accepted = records.filter(has_text="accepted")
    expect(accepted).to_contain_text("ann · through command")
    expect(accepted).to_contain_text(f"start · room {room} · user user001")
    expect(records.filter(has_text="started")).to_contain_text("job ")
    expect(records.filter(has_text="runs")).to_contain_text("RUNNING")
    send(page, "/record help")
    expect(page.get_by_role("status").filter(has_text="It placed no order")).to_be_visible()
    expect(records).to_have_count(0)
    page.get_by_role("combobox", name="Command or event").select_option(index=1)
    expect(accepted).to_contain_text(f"room {room}")


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_at_the_operator(
    open_page: Open, room: str, size: dict[str, int], scheme: str
) -> None:
    """Doctor's lines and the records: a checker finds no serious fault, and nothing is wider than the screen."""
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    send(page, f"/record room {room} user001")
    expect(message(page, "user001", room, "job")).to_have_count(1)
    _open_operator(page)
    _run_doctor(page)
    expect(page.get_by_role("list", name="The audit’s records")).to_contain_text(room)
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
