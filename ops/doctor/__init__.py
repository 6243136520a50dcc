"""python -m ops doctor: check each part of a deployment, and say what is wrong. A file for each kind of check."""
