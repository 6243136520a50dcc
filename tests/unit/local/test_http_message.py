"""HTTP messages as values."""

from local.http_message import Answer, Headers, Request


def test_headers_compare_without_case_and_keep_every_value() -> None:
    """A header's name is found in any case; repeated ones are all kept, in order."""
    headers = Headers((("X-A", "1"), ("x-a", "2"), ("B", "3")))
    assert headers.get_all("x-A") == ["1", "2"]
    assert headers.get("b") == "3"
    assert headers.get("missing", "default") == "default"
    assert "X-a" in headers
    assert "missing" not in headers


def test_a_target_is_split_at_its_first_question_mark_and_never_decoded() -> None:
    """Path and query stay as they came: a signature is over what was sent."""
    request = Request("GET", "/a%2Fb//c?x=%20?&y")
    assert (request.path, request.query) == ("/a%2Fb//c", "x=%20?&y")
    assert Request("GET", "/a").query == ""


def test_a_json_answer_says_that_it_is_json() -> None:
    """An answer made from a document has its type, the headers it was given, and its bytes."""
    answer = Answer.of_json(201, {"job_id": "1"}, (("X", "y"),))
    assert answer.headers == (("Content-Type", "application/json"), ("X", "y"))
    assert answer.body == b'{"job_id": "1"}'
