"""The made-up credentials that the RTC stand-in accepts, and the app that they open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """The stand-in's credentials: one app in one project with one rule and one bucket, and who may use them."""

    access_key: str = "MADEUPACCESSKEY00000"
    secret_key: str = "made-up-secret-key-of-the-local-rtc-api0"  # noqa: S105 - made up
    temporary_access_key: str = "MADEUPTEMPORARYKEY00"
    temporary_secret_key: str = "made-up-temporary-secret-key-of-the-rtc0"  # noqa: S105 - likewise
    security_token: str = "made-up-security-token"  # noqa: S105 - likewise
    project_id: str = "00000000000000000000000000000001"
    app_id: str = "000000000000000000000001"
    record_rule_id: str = "1"
    bucket: str = "recordings"
    obs_access_key: str = "MADEUPOBSREADERKEY00"
    obs_secret_key: str = "made-up-secret-key-that-reads-the-bucket"  # noqa: S105 - likewise
    region: str = "cn-north-4"
    iam_domain: str = "made-up-domain"
    iam_user: str = "made-up-user"
    iam_password: str = "made-up-password"  # noqa: S105 - likewise


MADE_UP = Credentials()
