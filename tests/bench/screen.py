"""The viewer on a pseudo terminal: how long a key takes until its effect is on the screen while a
capture loads, and what memory the viewer takes.

Letters that stand nowhere else are typed, so what is waited for can not be on the screen for another
reason; the time goes from the write of the key to the arrival of the letter.
"""
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import termios
import time

ROWS, COLS = 24, 80
LETTERS = [chr(c) for c in range(0x10A0, 0x10C6)]  # Georgian: in no sample and no generated message
PATIENCE = 20.0


class Viewer:
    def __init__(self, program, *args):
        self.seen = b""
        self.ended = False
        self.peak = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="vt220", LC_ALL="C.UTF-8", XDG_CONFIG_HOME="/nonexistent")
            os.environ.pop("NO_COLOR", None)
            os.execv(program, [program, *args])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))

    def read(self, seconds):
        """What comes within so many seconds is added to `seen`; False when nothing did."""
        if self.ended or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # a terminal whose other side is gone
            data = b""
        self.ended = not data
        self.seen = (self.seen + data)[-(1 << 20):]
        return bool(data)

    def wait(self, wanted, seconds=PATIENCE):
        until = time.monotonic() + seconds
        while wanted not in self.seen:
            left = until - time.monotonic()
            if left <= 0 or (self.ended and wanted not in self.seen):
                return False
            self.read(min(left, 0.5))
        return True

    def press(self, keys, wanted):
        """Seconds from the key to what is wanted; PATIENCE when it does not come."""
        while self.read(0):
            pass
        self.seen = b""
        begun = time.perf_counter()
        os.write(self.fd, keys)
        return time.perf_counter() - begun if self.wait(wanted) else PATIENCE

    def rest(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.ended:
            self.read(left)
        self.sample()

    def sample(self):
        """Memory in MiB; `peak` keeps the most that was ever asked for."""
        try:
            with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
                told = dict(line.split(":", 1) for line in f)
            self.peak = int(told["VmHWM"].split()[0]) / 1024
            return int(told["VmRSS"].split()[0]) / 1024
        except (OSError, KeyError):
            return 0.0

    def close(self):
        if not self.ended:
            os.kill(self.pid, signal.SIGTERM)
            while self.read(5):
                pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def type_into(viewer, opening, times):
    """Letters typed into a line: a command, or a filter that is put in force with every letter."""
    viewer.press(opening, b"ilter" if opening == b"/" else b":")
    for i, letter in enumerate(LETTERS[:20]):
        times.append(viewer.press(letter.encode(), letter.encode()))
        viewer.rest(0.02 + 0.003 * i)
    os.write(viewer.fd, b"\x15\r")  # empties the line and leaves it
    viewer.rest(0.2)
    os.write(viewer.fd, b"G")  # the last row: those above may be let go
    viewer.rest(0.2)


def open_and_back(viewer, times):
    times.append(viewer.press(b"\r", b"Delta"))
    viewer.rest(0.05)
    times.append(viewer.press(b"q", b"ilter:"))
    viewer.rest(0.05)


def percentile(times, part):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * part))]


def tell(what, times):
    return (f"{what} {len(times)} keys: median {statistics.median(times) * 1e3:.1f}, "
            f"p99 {percentile(times, 0.99) * 1e3:.1f}, most {max(times) * 1e3:.1f} ms")


def latency(program, path, *options):
    """Keys of each kind pressed until the capture is read: their times; seconds; peak memory in MiB."""
    begun = time.monotonic()
    viewer = Viewer(program, "-r", path, *options)
    times = {"command line": [], "filter": [], "open a session": []}
    try:
        viewer.wait(b"mailwire")
        first = time.monotonic() - begun
        viewer.rest(0.3)
        seconds = 0.0
        while not seconds:
            type_into(viewer, b":", times["command line"])
            type_into(viewer, b"/", times["filter"])
            for _ in range(3):
                open_and_back(viewer, times["open a session"])
            seconds = 0.0 if reading(viewer.pid) else time.monotonic() - begun
        viewer.sample()
        return {"times": times, "first": first, "seconds": seconds, "peak": viewer.peak}
    finally:
        viewer.close()


def reading(pid):
    """Is the thread that reads the capture still there?"""
    try:
        return len(os.listdir(f"/proc/{pid}/task")) > 1
    except OSError:
        return False
