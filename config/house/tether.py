"""Become another program that dies with its parent: ``tether.py PARENT SIGNAL USER COMMAND...``.

Run by path with ``python -I -S`` (standard library only, some 20 ms). A program of its own is used
instead of ``subprocess``'s ``preexec_fn``, which is unsafe, and warns, once the parent has threads.

PARENT is the pid whose death sends SIGNAL (a number) to the program; USER is a login name to
become, or empty to stay. The death signal is Linux's ``PR_SET_PDEATHSIG`` (prctl(2)); elsewhere the
supervisor's own clean-up must do. Changing the user clears the death signal, so it is set last.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    """Drop root for good: groups first, then the user, or the right to do it is gone."""
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def die_with(parent: int, death_signal: int) -> None:
    """Have the kernel send us `death_signal` when `parent` ends; ends now if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the supervisor ended before its program began")


def main(parent: str, death_signal: str, user: str, *command: str) -> None:
    """Never returns: the process image is replaced, or it exits with 1 and a reason."""
    if user:
        become(user)
    die_with(int(parent), int(death_signal))
    os.execvp(command[0], command)  # noqa: S606 - becoming the given program is the purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
