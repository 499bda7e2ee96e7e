"""The steps of set-up, shown with their titles and seconds. Standard library only, Python 3.6 and newer."""

import subprocess
import sys
import threading
import time

if __package__:
    from . import advice
    from .locks import REPOSITORY, SetUpError
else:  # run by its path, before there is an environment
    import advice
    from locks import REPOSITORY, SetUpError


class StepFailed(SetUpError):
    """A step of the installation failed; ``words``: the last lines it printed."""

    def __init__(self, words: str) -> None:
        self.words = words.strip().splitlines()[-12:]
        last = "\n".join("    " + line for line in self.words)
        super().__init__(f"This step failed:\n{last}\n{advice.about(words) or 'Run the same command again.'}")


def answers(command: list, beginning: str = "") -> bool:
    """Whether the program of ``command`` runs well, and what it prints begins as it should."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    words = done.stdout.decode("utf-8", "replace").split()
    return done.returncode == 0 and words[: len(beginning.split())] == beginning.split()


def run(title: str, surroundings: dict, *commands: list) -> None:
    """Run one step, the first of ``commands`` that succeeds, showing its title and how long it has taken.

    ``StepFailed`` with the last one's words when none does.
    """
    start, live = time.time(), sys.stdout.isatty()
    finished = threading.Event()

    def tick() -> None:
        while not finished.wait(1.0):
            print(f"\r  {title} … {time.time() - start:.0f} s", end="", flush=True)

    clock = threading.Thread(target=tick, daemon=True)
    if live:
        clock.start()
    else:
        print(f"  {title} …", end="", flush=True)
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "env": surroundings, "cwd": str(REPOSITORY)}
    try:
        for command in commands:
            # What is started holds the lock, too: it may outlive this process, if that is killed.
            done = subprocess.run(command, pass_fds=run.held, **told)
            if done.returncode == 0:
                break
    finally:
        finished.set()
        if live:
            clock.join()
        print(f"\r  {title} …" * live + f" {time.time() - start:.1f} s  ", flush=True)
    if done.returncode:
        raise StepFailed(done.stdout.decode("utf-8", "replace"))


run.held = []  # descriptors of locks
