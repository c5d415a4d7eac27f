"""A disk that breaks under a real process: the kernel answers its system calls with the error that the test wants.

The child puts a seccomp filter on itself, hands the listener to the test, and becomes the server. From then on each
``pwrite64``, ``fsync`` and ``fdatasync`` of it (SQLite writes with no other) asks the test whether it may go on. It
needs Linux and no privilege; elsewhere ``AVAILABLE`` is False.
"""

import ctypes
import fcntl
import os
import platform
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from typing import NamedTuple

_NUMBERS = {
    "x86_64": (317, {18: "write", 74: "sync", 75: "sync"}),
    "aarch64": (277, {68: "write", 82: "sync", 83: "sync"}),
}
AVAILABLE = sys.platform == "linux" and platform.machine() in _NUMBERS

_NO_NEW_PRIVILEGES, _SET_FILTER, _NEW_LISTENER, _CONTINUE = 38, 1, 8, 1
_LOAD, _IF_EQUAL, _RETURN, _ASK, _ALLOW = 0x20, 0x15, 0x06, 0x7FC00000, 0x7FFF0000
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_QUESTION = struct.Struct("=QIIiIQ6Q")  # id, pid, flags, system call, architecture, address, arguments


class Fault(NamedTuple):
    call: str  #: ``write`` or ``sync``
    errno: int


class Disk:
    """Under one child at a time. Healthy until ``fails`` is set."""

    def __init__(self) -> None:
        self.fails: Fault | None = None
        self.failed = 0
        self.holds: str | None = None  #: the call that waits while ``hold`` is cleared
        self.hold = threading.Event()
        self.hold.set()
        self.held = 0
        self._here, self._there = socket.socketpair()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def inherited(self) -> tuple[int, ...]:
        return (self._there.fileno(),)

    def command(self, *arguments: str) -> list[str]:
        """What to start instead of ``python arguments``."""
        return [sys.executable, __file__, str(self._there.fileno()), *arguments]

    def _serve(self) -> None:
        _, (listener, *_), _, _ = socket.recv_fds(self._here, 1, 1)
        calls = _NUMBERS[platform.machine()][1]
        while True:
            try:
                asked = bytearray(_QUESTION.size)
                fcntl.ioctl(listener, _RECEIVE, asked)
                key, _pid, _flags, number, *_ = _QUESTION.unpack(asked)
                fcntl.ioctl(listener, _ANSWER, self._answer(key, calls[number]))
            except FileNotFoundError:  # the thread that asked is gone
                if self._here.fileno() < 0:
                    return
            except OSError:
                return

    def _answer(self, key: int, call: str) -> bytearray:
        if self.holds == call:
            self.held += 1
            self.hold.wait()
        if self.fails is not None and self.fails.call == call:
            self.failed += 1
            return bytearray(struct.pack("=QqiI", key, 0, -self.fails.errno, 0))
        return bytearray(struct.pack("=QqiI", key, 0, 0, _CONTINUE))

    def close(self) -> None:
        self.hold.set()
        self._here.close()
        self._there.close()


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def _become(test: int, arguments: Sequence[str]) -> None:
    seccomp, calls = _NUMBERS[platform.machine()]
    steps = [_step(_LOAD, 0)]
    steps += [_step(_IF_EQUAL, number, len(calls) - n) for n, number in enumerate(calls)]
    steps += [_step(_RETURN, _ALLOW), _step(_RETURN, _ASK)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = _Program(len(steps), ctypes.addressof(code))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    listener = library.syscall(seccomp, _SET_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    with socket.socket(fileno=test) as to_test:
        socket.send_fds(to_test, [b"x"], [listener])
    os.close(listener)
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
