"""Progress of long calls, shown on one line that is written over."""

import sys
import time

_SILENT_SECONDS = 1.0
_WIDTH = 28


def _in_notebook():
    shell = sys.modules.get("IPython")
    shell = shell.get_ipython() if shell is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _seconds_text(seconds):
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    return f"{whole // 3600}h{whole // 60 % 60:02}m"


class ProgressLine:
    """A callback that draws share done, rate and time left. Where the stream cannot be written over
    (`overwrites` false), one line a stage is printed when it ends."""

    def __init__(self, stream, overwrites, silent_seconds=_SILENT_SECONDS):
        self._stream = stream
        self._overwrites = overwrites
        self._silent = silent_seconds
        self._stage = None
        self._started = 0.0
        self._last = ""
        self._drawn = False

    def __call__(self, stage, done, total):
        now = time.monotonic()
        if stage != self._stage:
            self._end_stage()
            self._stage, self._started = stage, now
        seconds = now - self._started
        if seconds < self._silent:
            return
        self._last = self._text(done, total, seconds)
        if self._overwrites:
            self._stream.write("\r" + self._last.ljust(79))
            self._stream.flush()
            self._drawn = True

    def _text(self, done, total, seconds):
        rate = done / seconds if seconds > 0 else 0.0
        if not total:
            return f"{self._stage} {done} ({rate:.3g}/s)"
        filled = int(_WIDTH * done / total)
        bar = "#" * filled + "." * (_WIDTH - filled)
        text = f"{self._stage} [{bar}] {100 * done / total:3.0f} %"
        if rate > 0:
            text += f" {rate:.3g}/s, {_seconds_text((total - done) / rate)} left"
        return text

    def _end_stage(self):
        if self._last and not self._overwrites:
            self._stream.write(self._last + "\n")
            self._stream.flush()
        self._last = ""

    def close(self):
        """Ends the line: nothing of it stays on a terminal."""
        self._end_stage()
        if self._drawn:
            self._stream.write("\r" + " " * 79 + "\r")
            self._stream.flush()


class reporting:
    """`with reporting(progress) as callback`: what a native call takes. `progress` is None (a line on
    a terminal or in a notebook), True (a line wherever stderr goes), False, or a callable
    (stage, done, total), which is called a few times a second in the calling thread."""

    def __init__(self, progress):
        self._line = None
        self._callback = None
        if callable(progress):
            self._callback = progress
        elif progress is None or progress:
            overwrites = sys.stderr is not None and (sys.stderr.isatty() or _in_notebook())
            if sys.stderr is not None and (overwrites or progress):
                silent = 0.0 if progress else _SILENT_SECONDS
                self._line = ProgressLine(sys.stderr, overwrites, silent)
                self._callback = self._line

    def __enter__(self):
        return self._callback

    def __exit__(self, *_):
        if self._line is not None:
            self._line.close()
