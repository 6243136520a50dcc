"""Read the header Content-Type as RFC 9110 defines it.

https://www.rfc-editor.org/rfc/rfc9110#section-8.3
"""

import re
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - the RFC's name for a word of these characters
_QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*)"'
_MEDIA_TYPE = re.compile(f"{_TOKEN}/{_TOKEN}")
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*(?:({_TOKEN})=(?:({_TOKEN})|{_QUOTED}))?")


@dataclass(frozen=True, slots=True)
class ContentType:
    """A media type and its parameters in the order sent. The type and the parameters' names are in lower case."""

    media_type: str
    parameters: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Return every value of the parameter with this name, which is in lower case."""
        return [value for known, value in self.parameters if known == name]


def read_content_type(text: str) -> ContentType | None:
    """Return the content type; None if the text is none."""
    text = text.strip(" \t")
    media_type = _MEDIA_TYPE.match(text)
    if media_type is None:
        return None
    parameters, end = [], media_type.end()
    while end < len(text):
        parameter = _PARAMETER.match(text, end)
        if parameter is None:
            return None
        name, token, quoted = parameter.groups()
        if name is not None:
            parameters.append((name.lower(), token or re.sub(r"\\(.)", r"\1", quoted or "")))
        end = parameter.end()
    return ContentType(media_type[0].lower(), tuple(parameters))
