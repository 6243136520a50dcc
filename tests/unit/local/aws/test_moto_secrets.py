"""A secret of moto has the version that AWSCURRENT was moved to."""

import boto3
from moto import mock_aws

from local.aws.moto_secrets import follow_current


def test_what_is_read_without_a_stage_is_the_current_version() -> None:
    """The functions read so, as Secrets Manager's documentation says; an AWSPENDING version is not theirs."""
    follow_current()
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-1")
        secret = client.create_secret(Name="s", SecretString="old")
        new = client.put_secret_value(SecretId="s", SecretString="new", VersionStages=["AWSPENDING"])
        assert client.get_secret_value(SecretId="s")["SecretString"] == "old"
        client.update_secret_version_stage(
            SecretId="s",
            VersionStage="AWSCURRENT",
            MoveToVersionId=new["VersionId"],
            RemoveFromVersionId=secret["VersionId"],
        )
        assert client.get_secret_value(SecretId="s")["SecretString"] == "new"
