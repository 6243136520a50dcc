"""The interactions: what a click on each button and menu does. Each has a file here and a line in the list below.

The manifest says that there are some. A control's name is in bot/messages/controls.py.
"""

from bot.interactions.again import AGAIN
from bot.interactions.details import DETAILS
from bot.interactions.files import FILES
from bot.interactions.give_up import GIVE_UP
from bot.interactions.interaction import Interaction
from bot.interactions.keep_on import KEEP_ON
from bot.interactions.release import RELEASE
from bot.interactions.run import RUN
from bot.interactions.stop import STOP

INTERACTIONS: tuple[Interaction, ...] = (STOP, DETAILS, AGAIN, RELEASE, KEEP_ON, FILES, GIVE_UP, RUN)
