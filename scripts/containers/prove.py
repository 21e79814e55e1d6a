"""The images without an engine: their runtime stage in a Debian folder, in namespaces that scripts/test-containers
has made. Every host of compose.yml is the loopback of this network, where nothing else listens."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import compose
import dockerfile

base, program = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
venv = pathlib.Path(".venv/containers")
image = dockerfile.stages("Dockerfile")["runtime"]
# What somebody may have in .env for use outside the stack, and what its deployments read.
ENV_FILE = """
PREFECT_API_URL=
PREFECT_PROFILE=of-another-machine
AWS_SESSION_TOKEN=of-another-store
SLUICE_BLOCKS=of-another-folder
JSON_FILTER_DATA_PATH=s3://sluice/json_filter/items.json
JSON_FILTER_OUTPUT_PATH=s3://sluice/json_filter/by-worker.json
"""
began = time.monotonic()
started = []


def say(text):
    print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)


def check(holds, what):
    if not holds:
        raise SystemExit(f"containers: {what}")


def loopback_up():
    with socket.socket() as plug:
        fcntl.ioctl(plug, 0x8914, struct.pack("16sh14x", b"lo", 1 | 0x40))  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING


def build_root(root):
    """The folder as the runtime stage leaves it: its packages, then its RUN and COPY lines."""
    subprocess.run(["cp", "-a", f"{base}/.", root], check=True)
    for text in image.texts("RUN"):
        if "apt-get" not in text:
            subprocess.run(["chroot", root, "/bin/sh", "-ec", text], check=True)
    folder = image.last("WORKDIR").lstrip("/")
    for text in image.texts("COPY"):
        words = text.split()
        if words[0] == "--from=build":
            # As the build stage does it.
            subprocess.run(["strip", "--strip-all", "-o", root / words[2].lstrip("/"), program], check=True)
            continue
        target = root / folder / words[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if os.path.isdir(words[0]) else shutil.copy)(words[0], target)
    hosts = " ".join(["localhost", *stack["services"]])
    (root / "etc/hosts").write_text(f"127.0.0.1 {hosts}\n")


def words(command, environment):
    """A command as the engine starts it: the image's user, folder and environment, no capabilities, as process 1."""
    variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **image.environment}
    variables.update({name: str(value) for name, value in environment.items()})
    user = image.last("USER")
    inner = [
        "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all",
        "--inh-caps=-all", "env", "-i", *[f"{name}={value}" for name, value in variables.items()], *command]
    script = f'mount -t proc proc {root}/proc && exec chroot {root} /bin/sh -c \'cd {image.last("WORKDIR")} && exec "$@"\' sh "$@"'
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", *inner]


def run(command, environment=None, code=0):
    ending = subprocess.run(words(command, environment or {}), capture_output=True, text=True, timeout=180)
    check(code is None or ending.returncode == code,
          f"{' '.join(command)}: exit code {ending.returncode}, not {code}\n{ending.stdout}{ending.stderr}")
    return ending


class Service:
    def __init__(self, name, command, environment):
        self.name = name
        self.log = open(work / f"{name}.log", "w+")
        self.process = subprocess.Popen(words(command, environment), stdout=self.log, stderr=subprocess.STDOUT)
        started.append(self.process)

    def stop(self, grace):
        """SIGTERM to process 1 of the container, as `docker stop` does; how long it took."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        main = int(open(path).read().split()[0])
        start = time.monotonic()
        os.kill(main, signal.SIGTERM)
        try:
            code = self.process.wait(grace)
        except subprocess.TimeoutExpired:
            check(False, f"{self.name} does not stop within {grace} s\n{self.output}")
        check(code == 0, f"{self.name} ends with {code}\n{self.output}")
        return time.monotonic() - start

    @property
    def output(self):
        self.log.flush()
        return open(self.log.name).read()


def wait(what, holds, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.2)
    check(False, f"waited {seconds} s: {what}")


def api(path, body=None):
    request = urllib.request.Request(
        f"http://127.0.0.1:4200/api{path}", data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"})
    for attempt in range(20):
        try:
            return json.load(urllib.request.urlopen(request, timeout=30))
        except urllib.error.HTTPError as error:
            # SQLite on a busy machine: the server asks to be asked again.
            if error.code != 503 or attempt == 19:
                raise
            time.sleep(1)


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=2).status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def seconds(text):
    check(text.endswith("s"), f"{text} is no time in seconds")
    return float(text[:-1])


def prove_program():
    shown = subprocess.run(["chroot", root, "ldd", "/usr/local/bin/sluice"], capture_output=True, text=True).stdout
    check("not found" not in shown and "libcurl" in shown, f"libraries are missing:\n{shown}")
    # These two are loaded when they are first wanted.
    check("libnetcdf" not in shown and "libxml2" not in shown, f"the program is linked with what it loads itself:\n{shown}")
    check("libswift" not in shown and "libFoundation" not in shown, f"the Swift runtime is not in the program:\n{shown}")
    identity = run(["id"]).stdout
    check("uid=10001(sluice) gid=10001(sluice)" in identity, f"the user is {identity}")
    lines = run(["sluice", "version"]).stdout.splitlines()
    version = lines[0]
    for library in ["libnetcdf 4.", "libxml2 2."]:
        check(any(line.startswith(library) for line in lines), f"{library.split()[0]} cannot be loaded:\n{lines}")
    run(["touch", "/usr/local/bin/x"], code=1)
    run(["sluice", "flows"])
    size = (root / "usr/local/bin/sluice").stat().st_size
    say(f"{version}: {size >> 20} MiB, {len(shown.splitlines())} libraries, all there; runs as {identity.split()[0]}")
    # NetCDF files are written and read: one month of the import on the stand-ins.
    ending = run(["sluice", "run", "dhis2_era5_climate_import", "--sandbox", "--org-unit-level", "2", "--from",
                  "2025-01", "--to", "2025-01"])
    check('"created"' in ending.stdout, f"the import gives {ending.stdout}")
    say("one month of ERA5-Land imported on stand-ins")


def prove_trust():
    """The roots of ca-certificates are what counts: a server whose authority is put among them is trusted."""
    folder = root / "tmp/tls"
    folder.mkdir()
    subprocess.run(
        ["chroot", root, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", "/tmp/tls/key.pem", "-out", "/tmp/tls/cert.pem"],
        check=True, capture_output=True)
    server = subprocess.Popen([sys.executable, "-c", f"""
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{{"full_name": "made/up", "stargazers_count": 5}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("{folder}/cert.pem", "{folder}/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""], stderr=subprocess.DEVNULL)
    started.append(server)
    wait("the TLS server", lambda: socket.socket().connect_ex(("127.0.0.1", 8443)) == 0)
    call = ["sluice", "run", "retrieve_github_stars", "--repos", "made/up"]
    place = {"GITHUB_API_URL": "https://localhost:8443"}
    refused = run(call, place, code=None)
    check(refused.returncode != 0 and "certificate" in refused.stderr, f"an unknown authority: {refused.stderr}")
    shutil.copy(folder / "cert.pem", root / "usr/local/share/ca-certificates/made-up.crt")
    subprocess.run(["chroot", root, "update-ca-certificates"], check=True, capture_output=True)
    check(json.loads(run(call, place).stdout) == [5], "an authority among the system's is not trusted")
    server.kill()
    say("TLS: an unknown authority is refused, one among the system's roots is trusted")


def prove_health():
    check(run(image.health_command, code=None).returncode == 1, "the health check is content without a server")


# Prints those of the names given that are no settings of Prefect.
KNOWN_SETTINGS = """
import sys
from prefect.settings import Settings
from prefect.settings.legacy import _get_valid_setting_names
print(sorted(set(sys.argv[1:]) - set(_get_valid_setting_names(Settings))))
"""


def prove_stack():
    services = stack["services"]
    given = dict(services["prefect-server"]["environment"])
    known = subprocess.run(
        [".venv/prefect/bin/python", "-c", KNOWN_SETTINGS, *given, "PREFECT_SERVER_API_AUTH_STRING"], capture_output=True, text=True, check=True).stdout
    check(known.strip() == "[]", f"Prefect has no settings {known}")
    # SQLite in the database's place; the rest as compose.yml gives it.
    del given["PREFECT_API_DATABASE_CONNECTION_URL"]
    environment = {
        **os.environ, **given, "PREFECT_HOME": str(work / "prefect"), "PREFECT_SERVER_API_PORT": "4200"}
    (work / "prefect").mkdir()
    server = subprocess.Popen(["scripts/prefect-server"], env=environment, stdout=subprocess.DEVNULL)
    started.append(server)
    keys = services["rustfs"]["environment"]
    (work / "objects").mkdir()
    store = subprocess.Popen(
        [venv / "bin/rclone", "serve", "s3", "--addr", "127.0.0.1:9000", "--auth-key",
         f"{keys['RUSTFS_ACCESS_KEY']},{keys['RUSTFS_SECRET_KEY']}", work / "objects"],
        env={**os.environ, "RCLONE_CONFIG": "/dev/null"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started.append(store)
    wait("the object storage", lambda: answers("http://127.0.0.1:9000/"))
    # The health check of the server is Python's, which is the server's own here as it is in its image.
    probe = services["prefect-server"]["healthcheck"]["test"]
    check(probe[:3] == ["CMD", "python", "-c"], f"the server's health check is {probe}")
    python = [".venv/prefect/bin/python", *probe[2:]]
    check(subprocess.run(python, stderr=subprocess.DEVNULL).returncode != 0, "a server that is not there is well")
    wait("the Prefect server", lambda: subprocess.run(python, stderr=subprocess.DEVNULL).returncode == 0, 120)
    say("a Prefect server at prefect-server:4200, an object storage at rustfs:9000")

    blocks = services["create-blocks"]
    for attempt in ["first", "second"]:
        ending = run(blocks["command"], blocks["environment"])
        check("Results are kept in the block 's3-bucket/results'" in ending.stdout, ending.stdout)
        check(("Made the bucket 'sluice'" in ending.stdout) == (attempt == "first"), f"{attempt}: {ending.stdout}")
    check((work / "objects/sluice").is_dir(), "there is no bucket")
    prefect = {"PREFECT_API_URL": blocks["environment"]["PREFECT_API_URL"]}
    shown = run(["sluice", "result-storage", "inspect", "--output", "json"], prefect)
    check(json.loads(shown.stdout)["block"] == "s3-bucket/results", f"the place for results: {shown.stdout}")
    run(["sluice", "block", "create", "secret", "--name", "no-place", "--value", "value=made-up"], prefect)
    refused = run(["sluice", "result-storage", "set", "secret/no-place"], prefect, code=5)
    check("cannot be used for result storage" in refused.stderr, refused.stderr)
    run(["sluice", "result-storage", "set", "secret/no-place", "--create-bucket"], prefect, code=2)
    say("create-blocks: bucket, block and default made once, and left alone the second time")

    # A served flow, as its own image and compose.yml start it.
    served = services["json-filter-docker"]
    flow = Service("json-filter-docker", served["command"], served["environment"])
    wait("the health of the served flow", lambda: run(image.health_command, code=None).returncode == 0)
    body = json.load(urllib.request.urlopen("http://127.0.0.1:8080/health"))
    check(body == {"message": "OK"}, f"/health answers {body}")
    (work / "objects/sluice/json_filter").mkdir()
    (work / "objects/sluice/json_filter/items.json").write_text('[{"a": 1, "active": true}, {"a": 2}]')
    deployment = api("/deployments/name/json_filter/json-filter-docker")
    check(deployment["schedules"] == [], f"the served deployment has schedules: {deployment['schedules']}")
    state, run_id = finished(deployment["id"])
    check((work / "objects/sluice/json_filter/active.json").exists(), "the file of the flow is not in the bucket")
    kept = state["data"]
    check(kept["storage_block_id"] and kept["storage_key"] == run_id, f"the result is kept at {kept}")
    check((work / f"objects/sluice/results/{run_id}").exists(), "the result is not in the bucket")
    took = flow.stop(seconds(served["stop_grace_period"]))
    check(run(image.health_command, code=None).returncode == 1, "the health check is content after the end")
    check(api("/deployments/name/json_filter/json-filter-docker")["paused"], "the deployment is not paused")
    say(f"json-filter-docker: healthy, a run with file and result in the bucket, stopped in {took:.1f} s")

    # The worker, with a run under way when it is stopped.
    given = services["sluice-worker"]
    worker = Service("sluice-worker", given["command"], given["environment"])
    wait("the health of the worker", lambda: run(image.health_command, code=None).returncode == 0)
    # As by `docker compose exec sluice-worker`; the manifest's variables stand in .env alone.
    run(["sluice", "deploy", "--name", "json_filter/default"], given["environment"])
    finished(api("/deployments/name/json_filter/default")["id"])
    check((work / "objects/sluice/json_filter/by-worker.json").exists(), "the worker's run wrote nothing")
    flow_id = api("/flows/", {"name": "sleeps"})["id"]
    sleeper = api("/deployments/", {"name": "sleeps", "flow_id": flow_id, "work_pool_name": "default",
                                    "job_variables": {"command": "sleep 300"}})["id"]
    under_way = api(f"/deployments/{sleeper}/create_flow_run", {})["id"]
    wait("the process of a run", lambda: api(f"/flow_runs/{under_way}")["infrastructure_pid"])
    took = worker.stop(seconds(given["stop_grace_period"]))
    after = api(f"/flow_runs/{under_way}")["state"]
    check(after["type"] == "SCHEDULED", f"the run that was under way is {after['type']}")
    run(["sluice", "result-storage", "clear"], prefect)
    check("No default" in run(["sluice", "result-storage", "inspect"], prefect).stdout, "the default is not cleared")
    say(f"sluice-worker: healthy, a run of deployments/, stopped in {took:.1f} s with a run under way, which is scheduled anew")


def finished(deployment):
    run_id = api(f"/deployments/{deployment}/create_flow_run", {})["id"]

    def ended():
        state = api(f"/flow_runs/{run_id}")["state"]
        return state if state["type"] in ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"] else None

    state = wait(f"the end of run {run_id}", ended, 90)
    if state["type"] != "COMPLETED":
        for log in sorted(work.glob("*.log")):
            print(f"== {log.name}\n{log.read_text()[-3000:]}", file=sys.stderr)
    check(state["type"] == "COMPLETED", f"a run is {state['type']}: {state['message']}")
    return state, run_id


def prove_commands():
    """The last line of each Dockerfile can be understood by the program."""
    for path in [pathlib.Path("Dockerfile"), *sorted(pathlib.Path("deployments").glob("*/Dockerfile"))]:
        command = dockerfile.stages(path)["runtime"].command
        ending = run(command, code=None)
        check(ending.returncode == 3 and "PREFECT_API_URL is not set" in ending.stderr, f"{path}: {ending.stderr}")
    say("the command of every Dockerfile is understood, and says that PREFECT_API_URL is missing")


loopback_up()
os.environ["no_proxy"] = "*"
for name in list(os.environ):
    if name.startswith(("PREFECT_", "SLUICE_", "AWS_", "DHIS2_", "CDSAPI_", "GITHUB_")):
        del os.environ[name]
with tempfile.TemporaryDirectory(prefix="sluice-containers-") as folder:
    work = pathlib.Path(folder)
    (work / ".env").write_text(f"SLUICE_ENV_FILE={work}/.env{ENV_FILE}")
    stack = compose.load(env_file=work / ".env")
    root = work / "root"
    root.mkdir()
    try:
        build_root(root)
        say(f"{image.base} with {', '.join(image.packages)} in a folder")
        prove_program()
        prove_trust()
        prove_health()
        prove_commands()
        prove_stack()
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
print("containers: all holds")
