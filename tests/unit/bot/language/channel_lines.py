"""What people type in a channel that has a room and presets, and what it means: test_channel_lines.py reads it."""

ROOM = "100"
PRESETS = ("lecture", "exam", "big-lecture", "room-100", "hd", "stop", "off", "max", "please", "all")
"""Some are called like words of the grammar, which keep their meaning."""

STARTED: dict[str, str] = {
    # the room is the channel's
    "user001": "user001",
    "start user001": "user001",
    "user001,user002": "user001,user002",
    "user001, user002 and user003": "user001,user002,user003",
    "hd user001": "user001 hd",
    "user001 hd": "user001 hd",
    "user=user001": "user001",
    "user user001": "user001",
    "user=teacher": "user=teacher",
    "user teacher": "user=teacher",
    "users=teacher,user001": "user=teacher user=user001",
    "user001,teacher": "user001,teacher",
    "user=200": "user=200",
    "user=user001,200": "user=user001 user=200",
    "user=hd": "user=hd",
    "user=lecture hd": "user=lecture hd",
    "please record user001": "user001",
    "user001 dry-run": "user001 dry-run",
    "user001 push=rtmp://h/a": "user001 push=rtmp://h/a",
    # a room that is typed wins
    "200 user001": "room 200 user001",
    "200 200": "room 200 200",
    "200 teacher": "room 200 teacher",
    "200 user001,user002": "room 200 user001,user002",
    "room 200 user001": "room 200 user001",
    "room lobby user001": "room lobby user001",
    "user001 room lobby": "room lobby user001",
    "user001 in 200": "room 200 user001",
    "user=user001 200": "room 200 user001",
    "100 user001": "room 100 user001",
    # times
    "user001 at 15:00": "user001 at=15:00",
    "at 15:00 user001": "user001 at=15:00",
    "user001 in 10m": "user001 in=10m",
    "in 10 min user001": "user001 in=10m",
    "user001 until 15:30": "user001 until=15:30",
    "user001 for 2 hours": "user001 for=2h",
    # presets
    "lecture user001": "user001 lecture",
    "user001 lecture": "user001 lecture",
    "LECTURE user001": "user001 lecture",
    "preset=lecture user001": "user001 lecture",
    "user001 preset lecture": "user001 lecture",
    "user001 preset: lecture": "user001 lecture",
    "user001 --preset=Lecture": "user001 lecture",
    "user001 big-lecture": "user001 big-lecture",
    "user001 big_lecture": "user001 big-lecture",
    "user001,user002,lecture": "user001,user002 lecture",
    "200 user001 lecture hd": "room 200 user001 hd lecture",
    "user001 lecture lecture": "user001 lecture",
    "user001 push=rtmp://h/a,lecture": "user001 lecture push=rtmp://h/a",
    # a preset that is called like a word of the grammar
    "user001 preset=hd": "user001 preset=hd",
    "user001 preset=stop": "user001 preset=stop",
    "user001 preset=max max=2h": "user001 preset=max for=2h",
    "user001 preset=off no-audio": "user001 no-audio preset=off",
    "room 100 user001": "room 100 user001",
    "user001 room-100": "user001 room-100",
}
"""Each text, and the command that it is, in full."""

OTHERS: dict[str, str] = {
    "stop": "stop",
    "stop user001": "stop user001",
    "again": "again",
    "again user001": "again user001",
    "at 100 15:00": "at 100 time=15:00",
    "extend user001 1h": "extend user001 by=1h",
    "presets": "presets",
    "defaults": "presets",
    "help lecture": "help lecture",
}
"""Other sub-commands, whose words the channel's room does not change."""

CORRECTED: dict[str, tuple[str, ...]] = {
    "lectur user001": ("user001 lecture", "‹lectur› → lecture (or a person? user=lectur)"),
    "user001 lecure": ("user001 lecture", "‹lecure› → lecture (or a person? user=lecure)"),
    "user001, exm": ("user001 exam", "‹exm› → exam (or a person? user=exm)"),
    "200 user001 leture": ("room 200 user001 lecture", "‹leture› → lecture (or a person? user=leture)"),
    "user001 preset=lectur": ("user001 lecture", "‹preset=lectur› → preset=lecture"),
    "user001 pre-set=lecture": ("user001 lecture", "‹pre-set=lecture› → lecture"),
    "user001 audio off": ("user001 no-audio", "‹audio off› → no-audio"),
    "hdd user001": ("user001 hd", "‹hdd› → hd (or a person? user=hdd)"),
    "user001 720p": ("user001 fhd", "‹720p› → fhd (or a person? user=720p)"),
    "user=teacher idle=2s": ("user=teacher idle=5s", "‹idle=2s› → 5s to 12h"),
    "user=200 idle=2s": ("user=200 idle=5s", "‹idle=2s› → 5s to 12h"),
}
"""What starts nothing and gets a command to copy: that command, then each problem's line."""

ASKED: dict[str, tuple[str, ...]] = {
    # a word or a number alone may be a room, a person or a misspelt command
    "lobby": ("‹lobby› → a person? user=lobby (or a room? room=lobby …)",),
    "start lobby": ("‹lobby› → a person? user=lobby (or a room? room=lobby …)",),
    "hd lobby": ("‹lobby› → a person? user=lobby (or a room? room=lobby …)",),
    "lectur": ("‹lectur› → a person? user=lectur (or a room? room=lectur …)",),
    "200": ("‹200› → a person? user=200 (or a room? room=200 …)",),
    "hd 200": ("‹200› → a person? user=200 (or a room? room=200 …)",),
    "200 lecture": ("‹200› → a person? user=200 (or a room? room=200 …)",),
    "200,201": ("‹200,201› → each a person? user=200,201 (or a room? room=200 …)",),
    "user001,200": ("‹user001,200› → each a person? user=user001,200 (or a room? room=user001 …)",),
    "lobby,user001": ("‹lobby,user001› → each a person? user=lobby,user001 (or a room? room=lobby …)",),
    # two words may be a room and a person, or two people
    "user001 user002": ("‹user001 user002› → each a person? user=user001,user002 (or a room? room=user001 …)",),
    "lab1 user001 hd": ("‹lab1 user001› → each a person? user=lab1,user001 (or a room? room=lab1 …)",),
    "user001\nuser002": ("‹user001 user002› → each a person? user=user001,user002 (or a room? room=user001 …)",),
    "user001 200": ("‹user001 200› → each a person? user=user001,200 (or a room? room=user001 …)",),
    "user001 user=user002": ("‹user001› → a person? user=user001 (or a room? room=user001 …)",),
    "user=user001 lab1": ("‹lab1› → a person? user=lab1 (or a room? room=lab1 …)",),
    "lobby user001": ("‹lobby› → no such word: help lists them (or a room? room lobby)",),
    "user001 10m": ("‹10m› → idle=10m? (or a person? user=10m)",),
    "user001 1 hour": ("‹1 hour› → idle=1h?",),
    # nobody is named
    "hd": ("the user is missing: who in room 100?",),
    "lecture": ("the user is missing: who in room 100?",),
    "room 200": ("the user is missing: who in room 200?",),
    "room 200 hd": ("the user is missing: who in room 200?",),
    # presets
    "user001 preset=foo": ("‹preset=foo› → no such preset: presets lists them",),
    "user001 preset": ("‹preset› → preset needs a value, as in 100 user001 preset=lecture",),
    "user001 lecture exam": ("‹exam› → lecture or exam, not both",),
    "user001 lecture preset=exam": ("‹preset=exam› → lecture or exam, not both",),
    "user001 lecture=2": ("‹lecture=2› → lecture, without a value?",),
    "user001 no-lecture": ("‹no-lecture› → say what you want instead, or leave it out (or a person? user=no-lecture)",),
    "user001 big lecture user002": (
        "‹user001 big lecture user002› → each a person? user=user001,big,user002 (or a room? room=user001 …)",
    ),
    # a word of the grammar is never a preset
    "user001 stop": ("‹stop› → stop goes first (or a person? user=stop)",),
    "user001 all": ("‹all› → name each user, up to 10: user001,user002 (or a person? user=all)",),
    "@ann": ("‹@ann› → Slack people aren't RTC users: type the user's id in RTC",),
}
"""What starts nothing and is asked back, with each problem's line."""
