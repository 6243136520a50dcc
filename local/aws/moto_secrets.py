"""Let a secret of moto have the version that AWSCURRENT was moved to. moto reads the one before."""

from moto.secretsmanager.models import SecretsManagerBackend

_update = SecretsManagerBackend.update_secret_version_stage


def follow_current() -> None:
    """Change moto in this process."""
    SecretsManagerBackend.update_secret_version_stage = _move  # type: ignore[assignment, method-assign]


def _move(
    backend: SecretsManagerBackend,
    secret_id: str,
    version_stage: str,
    remove_from_version_id: str,
    move_to_version_id: str,
) -> tuple[str, str]:
    answer: tuple[str, str] = _update(backend, secret_id, version_stage, remove_from_version_id, move_to_version_id)
    if version_stage == "AWSCURRENT" and move_to_version_id:
        backend.secrets[secret_id].set_default_version_id(move_to_version_id)  # type: ignore[union-attr] # no replica
    return answer
