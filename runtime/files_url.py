"""Where stored files lie: FILES_URL as Django's storage."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

S3_OPTIONS = {"endpoint": "endpoint_url", "region": "region_name"}


def directory(path: Path) -> dict[str, Any]:
    """The storage in a directory of this machine, or one that several share."""
    return {
        "BACKEND": "corps.files.storage.WholeFiles",
        "OPTIONS": {"location": path, "base_url": None},
    }


def storage(url: str) -> dict[str, Any]:
    """The storage that a FILES_URL names: a directory, or `s3://KEY:SECRET@BUCKET/FOLDER?endpoint=…&region=…`.

    Without KEY and SECRET they are found as AWS's own programs find them. Raises ValueError, which tells no secret.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        path = Path(unquote(parts.path))
        if parts.netloc or not path.is_absolute():
            raise ValueError("a directory is given as /srv/corps/files")
        return directory(path)
    if parts.scheme != "s3":
        raise ValueError("it must be a directory, or s3://BUCKET/FOLDER")
    return _bucket(
        parts.netloc, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
    )


def _bucket(place: str, path: str, stated: dict[str, str]) -> dict[str, Any]:
    """The storage in a bucket. place: `BUCKET`, or `KEY:SECRET@BUCKET`."""
    credentials, _at, bucket = place.rpartition("@")
    key, colon, secret = credentials.partition(":")
    if not bucket:
        raise ValueError("the bucket is missing: s3://BUCKET/FOLDER")
    if credentials and not (key and colon and secret):
        raise ValueError("a key and its secret stand as s3://KEY:SECRET@BUCKET/FOLDER")
    if unknown := sorted(set(stated) - set(S3_OPTIONS)):
        raise ValueError(
            f"{', '.join(unknown)} is no option; there are {', '.join(S3_OPTIONS)}"
        )
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ValueError(
            "a bucket needs more packages: run .venv/bin/python -m pip install -r requirements-s3.txt"
        )
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "location": unquote(path).strip("/"),
    }
    options |= {S3_OPTIONS[name]: value for name, value in stated.items()}
    if credentials:
        options |= {"access_key": unquote(key), "secret_key": unquote(secret)}
    if "endpoint" in stated:  # of one's own, whose buckets have no host names
        options["addressing_style"] = "path"
    return {"BACKEND": "corps.files.bucket.Bucket", "OPTIONS": options}
