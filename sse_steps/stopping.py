"""Stopping from outside: Ctrl-C, SIGTERM, a terminal that is gone.

The first signal interrupts the main thread, so that doit keeps what it knows. Where the main thread
is busy in foreign code for longer than a moment, a thread of its own ends the process. Either way
the process becomes a program that ends everything it started and removes its temporary folder.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Lock, Thread, current_thread, main_thread
from types import FrameType
from typing import NoReturn

from sse_steps.infer import tool_process
from sse_steps.unfinished import sweep_flat, unfinished_folder

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE_S = 0.5  # for doit to write down what it knows
_PREFIX = ".single-shot-eval-"
_ENDING = Path(__file__).with_name("ending.py")


class Stopped(KeyboardInterrupt):
    """Somebody asked this process to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Stopping:
    """The answer to signals, and the temporary folder of this process, from `begin` to `close`."""

    def __init__(self, farewell: Callable[[int], None]) -> None:
        """Prepare; `farewell` is given the signal's number, once, before the process ends."""
        self._farewell = farewell
        self._stack = ExitStack()
        self._ending = Lock()
        self._folder: Path | None = None

    def begin(self) -> None:
        """Take over the signals that are not ignored, and the folder of temporary files.

        Only the main thread may have signals; elsewhere they stay as they are.
        """
        self._own_folder()
        if current_thread() is not main_thread():
            return
        awaken, wake = os.pipe()
        os.set_blocking(wake, False)
        before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._stack.callback(signal.set_wakeup_fd, before)
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                self._stack.callback(signal.signal, number, signal.signal(number, self._asked))
        Thread(target=self._watch, args=(awaken,), daemon=True).start()

    def close(self) -> None:
        """Give everything back: the work is done."""
        self._stack.close()

    def end(self, number: int) -> NoReturn:
        """End this process and what it started; the exit code names the signal, as shells do."""
        if not self._ending.acquire(blocking=False):
            while True:  # another thread ends the process
                time.sleep(1.0)
        # What is blocked stays so in the program that this becomes: a second Ctrl-C does no harm.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        self._farewell(number)
        folders = [] if self._folder is None else [str(self._folder)]
        knowing = str(Path(tool_process.__file__).resolve())
        program = [sys.executable, "-I", str(_ENDING), str(128 + number), knowing, *folders]
        os.execv(sys.executable, program)  # noqa: S606 - no shell

    def _own_folder(self) -> None:
        place = Path(tempfile.gettempdir())
        sweep_flat(place, _PREFIX)
        self._folder = self._stack.enter_context(unfinished_folder(place, _PREFIX))
        self._stack.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        tempfile.tempdir = str(self._folder)

    def _asked(self, number: int, _frame: FrameType | None) -> NoReturn:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    def _watch(self, awaken: int) -> None:
        """End the process where the main thread has not done so a moment after a signal."""
        while number := os.read(awaken, 1):
            if number[0] in _SIGNALS:
                time.sleep(_PATIENCE_S)
                self.end(number[0])
