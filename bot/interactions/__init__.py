"""The interactions: what a click on each button and menu does. Each has a file here and a line in the list below.

The manifest says that there are some. A control's name is in bot/messages/controls.py.
"""

from bot.interactions.interaction import Interaction
from bot.interactions.run import RUN
from bot.interactions.stop import STOP

INTERACTIONS: tuple[Interaction, ...] = (STOP, RUN)
