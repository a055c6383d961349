"""Registers toot's app, signs in, and does what people do with it."""
import os
import pty
import select
import subprocess
import sys

house = sys.argv[1]


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
    assert b"Successfully logged in" in out, out.decode()


def toot(*args, want=""):
    done = subprocess.run(["toot", *args], capture_output=True, text=True, timeout=30)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "Traceback" not in said and want in said, f"toot {' '.join(args)}: {said}"
    print("toot", *args)
    return said


def post_id(said):
    return said.strip().rsplit("/", 1)[1]


sign_in()
toot("whoami", want="@ada")
mine = post_id(toot("post", "Hello from toot #interop", want="Toot posted"))
toot("follow", "ben", want="now following")
toot("timeline", "-1", want="Hello from toot")
toot("reblog", mine, want="reblogged")
toot("unreblog", mine)
toot("favourite", mine)
toot("bookmark", mine)
toot("pin", mine)
toot("thread", mine, want="Hello from toot")
toot("search", "ben", want="ben")
toot("whois", "ben", want="@ben")
toot("mute", "ben")
toot("unmute", "ben")
toot("block", "ben")
toot("unblock", "ben")
toot("notifications")
toot("instance", "--disable-https", house, want="Plaza")
toot("delete", mine, want="deleted")
assert "Hello from toot" not in toot("timeline", "-1")
print("toot: all well")
