"""What all block elements have."""

from typing import Annotated

from pydantic import AfterValidator, Field

from local.slack.composition import PlainText, up_to
from local.slack.rich_text import Part

Placeholder = Annotated[PlainText, AfterValidator(up_to(150))]
"""What stands in an element in which nothing was chosen or typed."""


class Element(Part):
    """Something that a person clicks, chooses from or types in."""

    action_id: Annotated[str, Field(max_length=255)] = ""
