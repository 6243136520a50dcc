"""A message's text, blocks and metadata, as Slack accepts them in a payload; and whom they notify."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import ValidationError

from local.slack.blocks import Block, parse_blocks, texts_of
from local.slack.composition import Mrkdwn
from local.slack.metadata import Metadata, parse_metadata
from local.slack.refusal import Refused
from local.slack.rich_text import RichBroadcast, RichLink, RichUser, RichWords, rich_pieces_of

TEXT_LIMIT = 40_000
BLOCKS_CHARACTERS_LIMIT = 13_000
"""The most characters in all blocks of a message. # guess: about what Slack was seen to accept."""

_NOTIFYING = re.compile(r"<(?:!(channel|here|everyone)|@([UW][A-Z0-9]+))(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Content:
    """A message's content. `text` is in mrkdwn; if there are blocks, they are shown instead of the text.

    `warnings` are Slack's codes for what it ignored.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    metadata: Metadata | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def of_payload(cls, payload: Mapping[str, object], before: Self | None = None) -> Self:
        """Return the content in `payload`; blocks and metadata may be JSON in a string, as in a form.

        `before` is the content that is replaced: its metadata stays unless the payload has metadata of its own.
        Raises Refused: no_text, msg_too_long, invalid_blocks_format, invalid_blocks, msg_blocks_too_long,
        invalid_metadata_format.
        """
        text = payload.get("text") or ""
        blocks = _blocks(payload.get("blocks") or [])
        if not isinstance(text, str) or not (text.strip() or blocks):
            raise Refused("no_text", "neither text nor blocks")
        if len(text) > TEXT_LIMIT:
            raise Refused("msg_too_long", f"{len(text)} characters")
        if "metadata" not in payload:
            return cls(text, blocks, before.metadata if before else None)
        try:
            return cls(text, blocks, parse_metadata(payload["metadata"]))
        except ValueError:
            return cls(text, blocks, warnings=("invalid_metadata_schema",))

    def blocks_document(self) -> list[dict[str, object]]:
        """Return the blocks as the JSON that was received."""
        return [block.model_dump(exclude_unset=True) for block in self.blocks]

    @property
    def notified(self) -> frozenset[str]:
        """Whom the message would notify: user ids, and `channel`, `here` or `everyone`."""
        marked_up = [self.text]
        marked_up += [text.text for block in self.blocks for text in texts_of(block) if isinstance(text, Mrkdwn)]
        found = {name for text in marked_up for match in _NOTIFYING.finditer(text) for name in match.groups() if name}
        for piece in (piece for block in self.blocks for piece in rich_pieces_of(block)):
            match piece:
                case RichUser():
                    found.add(piece.user_id)
                case RichBroadcast():
                    found.add(piece.range)
                case _:
                    pass
        return frozenset(found)


def _blocks(given: object) -> tuple[Block, ...]:
    try:
        blocks = parse_blocks(json.loads(given) if isinstance(given, str) else given)
    except json.JSONDecodeError as error:
        raise Refused("invalid_blocks_format", str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{step}" for step in first["loc"])
        raise Refused("invalid_blocks", f"{first['msg']} [json-pointer:/blocks{pointer}]") from error
    except ValueError as error:
        raise Refused("invalid_blocks", str(error)) from error
    characters = sum(_characters(block) for block in blocks)
    if characters > BLOCKS_CHARACTERS_LIMIT:
        raise Refused("msg_blocks_too_long", f"{characters} characters")
    return blocks


def _characters(block: Block) -> int:
    rich = (piece.text for piece in rich_pieces_of(block) if isinstance(piece, RichWords | RichLink))
    return sum(len(text.text) for text in texts_of(block)) + sum(map(len, rich))
