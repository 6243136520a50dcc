"""What holds for every test."""

import os

from hypothesis import settings

# Two shared cores: how long an example takes says nothing. CI tries the same examples every time, so that a red run is
# about the change; a developer's run tries new ones.
settings.register_profile("recordbot", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("recordbot")
