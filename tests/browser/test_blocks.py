"""Every block type that a bot of Slack's may use here, drawn from text content alone."""

from typing import Any

from playwright.sync_api import Page, expect

TEXT = "<b>no & markup</b>"
BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "A header"}},
    {"type": "divider"},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*bold* _it_ `code` <@U0ANN> <https://a.example|a link> <javascript:x|bad>"},
        "fields": [{"type": "plain_text", "text": "a field"}],
        "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Beside"}, "action_id": "beside"},
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "small &lt;print&gt;"}]},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "Stop"},
                "action_id": "stop",
                "style": "danger",
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "plain_text", "text": "It ends."},
                    "confirm": {"type": "plain_text", "text": "Yes, stop"},
                    "deny": {"type": "plain_text", "text": "No"},
                },
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": {"type": "plain_text", "text": it}, "value": it} for it in ("Details", "Again")],
            },
            {
                "type": "static_select",
                "action_id": "which",
                "placeholder": {"type": "plain_text", "text": "Stop one"},
                "options": [{"text": {"type": "plain_text", "text": it}, "value": it} for it in ("ann", "ben")],
            },
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": TEXT, "style": {"bold": True}},
                    {"type": "user", "user_id": "U0BEN"},
                    {"type": "date", "timestamp": 0, "format": "{date_num}", "fallback": "long ago"},
                    {"type": "link", "url": "javascript:alert(1)", "text": "bad link"},
                    {"type": "text", "text": "x", "style": {"code": True}},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "an item"}]}],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as\n  set"}]},
        ],
    },
]
DRAW = """async (blocks) => {
  const { messageBody } = await import("/page/blocks.js");
  window.pressed = [];
  const names = { U0ANN: "ann", U0BEN: "ben" };
  const act = ({ action_id: name, chosen }) => window.pressed.push(chosen ? `${name} ${chosen}` : name);
  const nodes = messageBody({ blocks, text: "" }, { names, people: [], channels: [], act });
  const place = document.createElement("div");
  place.id = "drawn";
  place.append(...nodes);
  document.getElementById("messages").append(place);
}"""


def test_every_block_is_drawn(page: Page) -> None:
    """Headers, sections, fields, context, rich text and its pieces are elements of their own kind; values stay text."""
    page.evaluate(DRAW, BLOCKS)
    drawn = page.locator("#drawn")
    expect(drawn.get_by_role("heading")).to_have_text("A header")
    expect(drawn.locator("hr")).to_have_count(1)
    expect(drawn.locator(".section-text strong")).to_have_text("bold")
    expect(drawn.locator(".section-text em")).to_have_text("it")
    expect(drawn.locator(".mention")).to_have_text(["@ann", "@ben"])
    expect(drawn.locator(".fields")).to_have_text("a field")
    expect(drawn.locator(".context")).to_have_text("small <print>")
    expect(drawn.get_by_text(TEXT)).to_have_count(1)
    expect(drawn.locator("time")).to_contain_text("1970")
    expect(drawn.locator("li")).to_have_text("an item")
    expect(drawn.locator("pre")).to_have_text("as\n  set")
    expect(drawn.get_by_role("link")).to_have_text("a link")
    expect(drawn).to_contain_text("bad link")


def test_a_button_asks_before_it_acts(page: Page) -> None:
    """A button acts at once, or after its question was agreed to; denied or escaped, it does not."""
    page.evaluate(DRAW, BLOCKS)
    drawn, dialog = page.locator("#drawn"), page.get_by_role("dialog")
    drawn.get_by_role("button", name="Beside").click()
    assert page.evaluate("pressed") == ["beside"]
    for way_out in ("No", None):
        drawn.get_by_role("button", name="Stop").click()
        expect(dialog).to_contain_text("It ends.")
        dialog.get_by_role("button", name=way_out).click() if way_out else page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert page.evaluate("pressed") == ["beside"]
    drawn.get_by_role("button", name="Stop").click()
    dialog.get_by_role("button", name="Yes, stop").click()
    assert page.evaluate("pressed") == ["beside", "stop"]


def test_a_menu_is_used_by_keyboard(page: Page) -> None:
    """Arrow keys move in it, Enter chooses, Escape closes; the focus returns to its button."""
    page.evaluate(DRAW, BLOCKS)
    opener = page.locator("#drawn").get_by_role("button", name="More options")
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("menuitem", name="Details")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Again")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Details")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_role("menu")).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(opener).to_be_focused()
    page.get_by_label("Stop one").select_option("ben")
    assert page.evaluate("pressed") == ["more Again", "which ben"]
