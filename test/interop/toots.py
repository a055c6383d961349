"""Does with toot all that it can: its commands, as people type them, and the
calls that its other screens make."""
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from datetime import datetime, timedelta, timezone
from itertools import islice

from toot import App, User, __version__, api
from toot.exceptions import ApiError, NotFoundError

house, url = sys.argv[1], "http://" + sys.argv[1]
served = set(os.environ["ROUTES"].split("\n"))
made, left = set(), []
LEAST = 40


def look(name, good, said=""):
    assert good, f"toot {name}: {said}"
    made.add(name)


def sign_in():
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("toot", ["toot", "login_cli", "--disable-https", "-i", house, "-e", "ada@example.com"])
    out, answered = b"", False
    while select.select([fd], [], [], 20)[0]:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            break
        if not piece:
            break
        out += piece
        if b"assword" in out and not answered:
            os.write(fd, b"interop-password\n")
            answered = True
    os.waitpid(pid, 0)
    look("login_cli", b"Successfully logged in" in out, out.decode())


def toot(*args, want="", without=None, name=None):
    """Runs a command; its name for the count is the first word and the options."""
    done = subprocess.run(["toot", *args], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    name = name or " ".join(a for a in args if a == args[0] or a.startswith("-"))
    good = done.returncode == 0 and "Traceback" not in said and re.search(want, said) and not (without and without in said)
    look(name, good, said)
    return said


def call(name, does, good):
    """Calls a function of toot's own library."""
    got = does()
    look("api." + name, good(got), got)
    return got


def refused(name, does, kind=ApiError):
    try:
        does()
    except kind:
        made.add("api." + name)
        return
    raise AssertionError(f"toot {name} is not refused")


def where(route):
    if route not in served:
        left.append(route)
    return route in served


def post_id(said):
    return said.strip().rsplit("/", 1)[1]


def picture():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = os.path.join(tempfile.mkdtemp(dir=os.environ.get("PLAZA_DATA")), "dot.png")
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress((b"\0" + b"\x40\x80\xc0" * 8) * 8)) + chunk(b"IEND", b""))
    return path


def commands():
    sign_in()
    toot("whoami", want="@ada")
    toot("auth", want=re.escape("ada@" + house))
    toot("activate", "ada@" + house, want="active")
    toot("env", want="toot")
    toot("instance", "--disable-https", house, want="Plaza")
    mine = post_id(toot("post", "Hello from toot #interop", want="Toot posted"))
    reply = post_id(toot("post", "--reply-to", mine, "And on", want="Toot posted"))
    toot("post", "--visibility", "private", "--spoiler-text", "food", "--language", "en", "Bread", want="Toot posted")
    toot("post", "--sensitive", "Salt", want="Toot posted")
    toot("post", "--scheduled-in", "2 hours", "Later", want="scheduled")
    toot("post", "--media", picture(), "--description", "A square", "Look", want="Toot posted")
    toot("upload", "--description", "Another", picture(), want="ID")
    toot("follow", "ben", want="now following")
    toot("following", "ada", want="@ben")
    toot("followers", "ben", want="@ada")
    toot("timeline", "-1", want="Hello from toot")
    toot("timeline", "-1", "--public", "--local", want="Hello from toot")
    toot("timeline", "-1", "--tag", "interop", want="Hello from toot")
    toot("timeline", "-1", "--count", "1", "--reverse", want="Look")
    toot("thread", mine, want="And on")
    toot("reblog", mine, want="reblogged")
    toot("reblogged_by", mine, want="@ada")
    toot("unreblog", mine, want="unreblogged")
    toot("favourite", mine, want="favourited")
    toot("unfavourite", mine, want="unfavourited")
    toot("bookmark", mine, want="bookmarked")
    toot("bookmarks", "-1", want="Hello from toot")
    toot("unbookmark", mine, want="unbookmarked")
    toot("pin", mine, want="pinned")
    toot("unpin", mine, want="unpinned")
    toot("search", "ben", want="@ben")
    toot("search", "--resolve", "#interop", want="interop")
    toot("whois", "ben", want="@ben")
    toot("mute", "ben", want="muted")
    toot("unmute", "ben", want="no longer muted")
    toot("block", "ben", want="now blocking")
    toot("unblock", "ben", want="no longer blocked")
    toot("follow", "ben", name="follow again", want="now following")
    toot("unfollow", "ben", want="no longer following")
    if where("POST /api/v1/tags/{hashtag}/follow"):
        toot("tags_follow", "interop", want="now following")
        toot("tags_followed", want="interop")
        toot("tags_unfollow", "interop", want="no longer following")
    toot("delete", reply, want="deleted")
    toot("timeline", "-1", name="timeline afterwards", without="And on")
    return mine


def library(mine):
    """The calls that no command makes, or not so that one could see the answer."""
    app_json = call("create_app", lambda: api.create_app(house, scheme="http"), lambda a: a["client_id"])
    app = App(house, url, app_json["client_id"], app_json["client_secret"])
    call("fetch_app_token", lambda: api.fetch_app_token(app), lambda t: t["access_token"])
    call("register_account", lambda: api.register_account(app, "dora", "dora@example.com", "correct horse battery"), lambda t: t["token_type"] == "Bearer")
    token = call("login", lambda: api.login(app, "ada@example.com", "interop-password"), lambda t: t["access_token"])
    ada, ben = User(house, "ada", token["access_token"]), User(house, "ben", os.environ["BEN"])
    call("get_instance", lambda: api.get_instance(house, scheme="http"), lambda i: "Plaza" in i["version"])
    call("verify_credentials", lambda: api.verify_credentials(app, ada), lambda a: a["acct"] == "ada")
    him = api.verify_credentials(app, ben)["id"]
    call("whois", lambda: api.whois(app, ada, him), lambda a: a["acct"] == "ben")
    call("scheduled_statuses", lambda: api.scheduled_statuses(app, ada), lambda l: l[0]["params"]["text"] == "Later")
    call("fetch_status", lambda: api.fetch_status(app, ben, mine), lambda s: s["account"]["acct"] == "ada")
    call("context", lambda: api.context(app, ben, mine), lambda c: c["descendants"] == [])
    call("mute", lambda: api.mute(app, ada, him), lambda r: r["muting"])
    call("get_muted_accounts", lambda: api.get_muted_accounts(app, ada), lambda l: l[0]["id"] == him)
    call("unmute", lambda: api.unmute(app, ada, him), lambda r: not r["muting"])
    call("block", lambda: api.block(app, ada, him), lambda r: r["blocking"])
    call("get_blocked_accounts", lambda: api.get_blocked_accounts(app, ada), lambda l: l[0]["id"] == him)
    call("unblock", lambda: api.unblock(app, ada, him), lambda r: not r["blocking"])
    at = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    call("post_status scheduled", lambda: api.post_status(app, ada, "Later still", scheduled_at=at), lambda s: s["scheduled_at"])
    call("search", lambda: api.search(app, ada, "ben", type="accounts"), lambda r: r["accounts"][0]["id"] == him)
    call("upload_media", lambda: api.upload_media(app, ada, open(picture(), "rb"), "A square"), lambda m: m["description"] == "A square")
    api.post_status(app, ben, "@ada Tell her #interop")
    for _ in range(200):
        heard = api.get_notifications(app, ada, exclude_types=["follow"])
        if heard:
            break
        time.sleep(0.025)
    call("get_notifications", lambda: heard, lambda l: l[0]["type"] == "mention")
    toot("notifications", want="ben mentioned you")
    toot("notifications", "--mentions", want="Tell her")
    pages = list(islice(api.tag_timeline_generator(app, ada, "interop", limit=1), 3))
    call("tag_timeline_generator", lambda: pages, lambda p: [len(x) for x in p] in ([1, 1], [1, 1, 0]))
    refused("translate", lambda: api.translate(app, ada, mine), NotFoundError)
    refused("fetch_status of nothing", lambda: api.fetch_status(app, ada, "1"), NotFoundError)
    toot("notifications", "--clear", want="Cleared")
    call("clear_notifications", lambda: api.get_notifications(app, ada), lambda l: l == [])


library(commands())
toot("logout", "ada@" + house, want="logged out")
print(f"toot\t{__version__}\t{len(made)}\t" + ("not served: " + ", ".join(left) if left else ""))
assert len(made) >= LEAST, f"toot makes {len(made)} calls, and at least {LEAST} are wanted"
