"""The base of what is stored or queued: other versions of recordbot read it, and have written it."""

from pydantic import BaseModel, ConfigDict


class Stored(BaseModel):
    """A part of an item or a message.

    Fields that a newer version has added are ignored, and an error doesn't show values: some are names or addresses.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
