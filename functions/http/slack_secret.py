"""The content of the secret of Slack's door."""

from typing import Annotated

from pydantic import Field

from functions.aws.secret_parts import BotToken, SecretModel, SecretPart


class SlackSecret(SecretModel):
    """The current signing secrets: several during a rotation. And a bot token, if the app has one."""

    signing_secrets: Annotated[tuple[SecretPart, ...], Field(min_length=1, repr=False)]
    bot_token: BotToken = Field(default=None, repr=False)
