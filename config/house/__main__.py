"""``make run``: the whole of Stockcast on this machine, in one terminal, until Ctrl-C.

Servers, migrations, static files, the vendors' sandboxes, demo data, web, worker and beat. All is
bound to loopback; data and logs lie in .stockcast/. PORT asks for another port than 8000,
STOCKCAST_DEMO=0 leaves demo data and sandboxes out.
"""

import hashlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from config.house import processes, servers, tether
from config.house.keeper import Keeper, StepError, StoppedError, say
from config.house.processes import Program

ROOT = servers.ROOT
STATE = servers.STATE
PYTHON = sys.executable
HOST = "127.0.0.1"
FIRST_SANDBOX_PORT = 8101
LAST_PORT = 65_535
COMMANDS = ".venv/bin/python -m config.house.servers exec -- .venv/bin/python manage.py"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback needs no proxy


def main() -> int:
    """Run until stopped; 0 after a stop that was asked for, 1 with a reason on stderr otherwise."""
    os.chdir(ROOT)
    if "STOCKCAST_PARENT" in os.environ:
        # make passes SIGTERM and Ctrl-C on; with this its being killed stops us in order, too.
        tether.die_with(int(os.environ.pop("STOCKCAST_PARENT")), signal.SIGTERM)
    keeper = Keeper(STATE)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, keeper.ask_stop)
    try:
        live(keeper)
    except StoppedError:
        return 0
    except (servers.HeldError, processes.ServerError, StepError) as problem:
        print(describe(problem), file=sys.stderr)
        return 1
    return 0


def live(keeper: Keeper) -> None:
    """From the first server to the last; always ends with an exception that says why."""
    port = wanted_port()
    running = claim(keeper)
    try:
        with bound(port) as listener:
            open_house(keeper, running, listener)
            keeper.watch()
    finally:
        close(keeper, running)


def wanted_port() -> int:
    """The port that PORT asks for; 0 takes a free one. Raises StepError when it is none."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdecimal() and int(text) <= LAST_PORT):
        raise StepError(f"PORT={text} is no port: give a number from 0 to {LAST_PORT}.")
    return int(text)


def claim(keeper: Keeper) -> servers.Servers:
    """Start the servers. A house that is just closing is waited for; a living one is HeldError."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return servers.start(STATE)
        except servers.HeldError as held:
            if held.facts.get("what") != "stopping" or time.monotonic() > deadline:
                raise
            keeper.pause(0.1)


def describe(problem: Exception) -> str:
    """Why we can not start, and where the running house is if that is the reason."""
    where = problem.facts.get("url", "") if isinstance(problem, servers.HeldError) else ""
    return f"{problem}\n{where}".strip()


def open_house(keeper: Keeper, running: servers.Servers, listener: socket.socket) -> None:
    """Everything up to the line READY; raises StepError, or StoppedError on the way."""
    began = time.monotonic()
    for child in running.children:
        keeper.adopt(child)
    say("servers: " + (", ".join(child.name for child in running.children) or "the operator's"))
    keeper.environment |= running.environment()
    keeper.environment |= {
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "STATIC_ROOT": str(STATE / "static"),
    }
    # Sandboxes live on this machine, too; what is real can not reach a loopback address.
    here = f"http://{HOST}:{listener.getsockname()[1]}"
    keeper.environment["STOCKCAST_PUBLIC_URL"] = os.environ.get("STOCKCAST_PUBLIC_URL") or here
    is_demo = os.environ.get("STOCKCAST_DEMO", "1").lower() not in ("0", "false", "no", "off", "")
    keeper.environment["STOCKCAST_DEMO"] = "1" if is_demo else "0"
    if is_demo:  # whoever tries webhooks here has the receiver on this machine, too
        receivers = os.environ.get("STOCKCAST_WEBHOOK_PRIVATE", f"{HOST},localhost")
        keeper.environment["STOCKCAST_WEBHOOK_PRIVATE"] = receivers
    urls = {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url}
    running.tell("starting", **urls)

    sandboxes = start_sandboxes(keeper) if is_demo else {}
    prepare(keeper)
    url = f"http://{HOST}:{listener.getsockname()[1]}/"
    web = keeper.keep("web", web_program(keeper, listener))
    demo_says = (
        load_demo(keeper, sandboxes) if is_demo else f"Make a login: {COMMANDS} createsuperuser"
    )
    start_celery(keeper)
    keeper.wait_for(web, lambda: serves(url))
    running.tell("make run", url=url, **urls)

    say(f"\n{demo_says.strip()}\n")
    say(f"Admin     {url}admin/")
    for kind, address in sandboxes.items():
        say(f"Sandbox   {kind}: {address}")
    say(f"Logs      {keeper.logs}")
    say(f"Commands  {COMMANDS} verify_ledger")
    say(f"Started in {time.monotonic() - began:.1f} s. Ctrl-C stops everything.")
    say(f"READY {url}")


def manage(*arguments: str) -> tuple[str, ...]:
    """A Django command's command line."""
    return (PYTHON, "manage.py", *arguments)


def prepare(keeper: Keeper) -> None:
    """Migrate, and collect static files if they changed; side by side."""
    say("migrating")
    steps = {"migrate": keeper.step("migrate", *manage("migrate", "--noinput"))}
    stamp, fingerprint = STATE / "static.stamp", static_fingerprint()
    is_stale = not stamp.exists() or stamp.read_text() != fingerprint
    if is_stale:
        collect = manage("collectstatic", "--noinput")
        steps["collectstatic"] = keeper.step("collectstatic", *collect)
    for name, process in steps.items():
        keeper.finish(name, process)
    if is_stale:
        stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    """Changes when the collected files might: packages, settings, or files of ours."""
    parts = [(ROOT / name).read_bytes() for name in ("requirements.txt", "config/settings.py")]
    ours = [path for path in ROOT.glob("[a-z]*/static/**/*") if path.is_file()]
    parts += [f"{path} {path.stat().st_mtime_ns}".encode() for path in sorted(ours)]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def start_sandboxes(keeper: Keeper) -> dict[str, str]:
    """One sandbox for each kind of channel that has one; returns their addresses by kind."""
    adapters = ROOT / "channels" / "adapters"
    kinds = sorted(
        path.parent.name for path in adapters.glob("*/sandbox*") if path.suffix != ".pyc"
    )
    (STATE / "sandboxes").mkdir(mode=0o700, exist_ok=True)
    addresses = {}
    for number, kind in enumerate(kinds):
        with bound(FIRST_SANDBOX_PORT + number) as probe:
            port = probe.getsockname()[1]
        state = str(STATE / "sandboxes" / f"{kind}.sqlite3")
        name = f"sandbox-{kind}"
        command = manage("sandbox", kind, "--port", str(port), "--state", state)
        keeper.keep(name, keeper.program(name, *command))
        addresses[kind] = f"http://{HOST}:{port}"
    return addresses


def load_demo(keeper: Keeper, sandboxes: dict[str, str]) -> str:
    """Load what of the demo is not there yet; returns its text about logins and things to try."""
    by_name = {child.name: child for child in keeper.children}
    for kind, address in sandboxes.items():
        keeper.wait_for(by_name[f"sandbox-{kind}"], partial(accepts, address))
    say("loading the demo")
    words = [word for pair in sandboxes.items() for word in ("--sandbox", "=".join(pair))]
    said = keeper.logs / "demo.txt"
    keeper.finish("demo", keeper.step("demo", *manage("demo", *words), output=said))
    return said.read_text()


def web_program(keeper: Keeper, listener: socket.socket) -> Program:
    """gunicorn on a socket that is ours, so a restart cannot lose the port to somebody else.

    Threads, because a browser's idle connection would block a worker that has none.
    """
    options = ("--bind", f"fd://{listener.fileno()}", "--workers", "2", "--threads", "4")
    calm = ("--graceful-timeout", "5", "--no-control-socket", "--access-logfile", "-")
    program = keeper.program("web", PYTHON, "-m", "gunicorn", "config.wsgi", *options, *calm)
    return replace(program, kept_fds=(listener.fileno(),))


def start_celery(keeper: Keeper) -> None:
    """Worker and beat.

    If we are killed so is the worker, for it would wait for its broker; the sweep finds its tasks.
    """
    celery = (PYTHON, "-m", "celery", "-A", "config")
    few = ("--loglevel", "INFO", "--concurrency", "2", "--without-gossip", "--without-mingle")
    keeper.keep(
        "worker",
        keeper.program("worker", *celery, "worker", *few, death_signal=signal.SIGKILL),
    )
    scheduler = ("--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile=")
    keeper.keep("beat", keeper.program("beat", *celery, "beat", *scheduler))


def bound(port: int) -> socket.socket:
    """A listening socket on loopback: at `port`, or at a free one, which is said."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as taken:
        listener.bind((HOST, 0))
        say(f"port {port} cannot be had ({taken.strerror}): using {listener.getsockname()[1]}")
    listener.listen(128)
    return listener


def accepts(url: str) -> bool:
    """True when something listens at `url`'s port."""
    with socket.socket() as client:
        return client.connect_ex((HOST, urlsplit(url).port or 80)) == 0


def serves(url: str) -> bool:
    """True when `url`, after its redirects, is answered with a page."""
    try:
        with DIRECT.open(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        raise StepError(f"{url} answers {refused.code}: see {STATE / 'logs' / 'web.log'}") from None
    except OSError:
        return False


def close(keeper: Keeper, running: servers.Servers) -> None:
    """Stop the programs, then the servers, then whatever still carries our mark."""
    say("stopping")
    running.tell("stopping")
    keeper.stop(but=running.children)
    processes.end_marked(STATE)  # before the lock goes: the next house carries the same mark
    running.stop()


if __name__ == "__main__":
    sys.exit(main())
