"""Signed addresses of OBS: anyone with one can read one object, until it expires. They show the key's id only.

https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0011.html. The known answers in tests/samples/obs_vectors.json
were computed with OBS's own SDK (esdk-obs-python 3.26.6).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from shared.recorded_files import RecordedFile

LIFETIME = timedelta(minutes=10)
_LOCATION = "{location}"


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A key that may read the bucket, and where OBS is: `{location}` in the endpoint is the bucket's region."""

    access_key: str
    secret_key: str = field(repr=False)
    endpoint: str
    security_token: str | None = field(default=None, repr=False)
    """Belongs to a temporary key."""

    def address(self, file: RecordedFile, location: str, now: datetime) -> str | None:
        """Return an address of the file for LIFETIME; None if its place isn't known. `location` is the usual one."""
        if file.bucket is None or file.object is None:
            return None
        expires = int((now + LIFETIME).timestamp())
        endpoint = urlsplit(self.endpoint.replace(_LOCATION, file.location or location))
        path = quote(file.object, safe="/~")
        token = f"?x-obs-security-token={self.security_token}" if self.security_token else ""
        text = f"GET\n\n\n{expires}\n/{file.bucket}/{path}{token}"
        # OBS asks for SHA-1.
        digest = hmac.new(self.secret_key.encode(), text.encode(), hashlib.sha1).digest()
        given = {
            "x-obs-security-token": self.security_token,
            "Expires": str(expires),
            "AccessKeyId": self.access_key,
            "Signature": base64.b64encode(digest).decode(),
        }
        query = "&".join(f"{name}={quote(value)}" for name, value in given.items() if value)
        return f"{endpoint.scheme}://{file.bucket}.{endpoint.netloc}/{path}?{query}"
