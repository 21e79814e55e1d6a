"""The sandbox as a server to measure with: it looks at each value as DHIS2 does, and keeps it."""
import http.client, json, os, subprocess, threading, urllib.request
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ELEMENT, DATA_SET = "fClA2Erf6IO", "BfMAe6Itzgt"


class ServerProcess:
    """A server in a process of its own, `self.process`, for as long as a `with` block."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Sandbox(ServerProcess):
    """A fresh one, with a monthly data set of one data element that so many org units have."""

    def __init__(self, program, units):
        self.process = subprocess.Popen(
            [program, "sandbox", "--port", "0", "--units", str(units * 11 // 10), "--dhis2-version", "2.43", "--user", "admin"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines = [self.process.stdout.readline().strip() for _ in range(6)]
        self.variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        self.url = self.variables["DHIS2_BASE_URL"]
        self.login = f"{self.variables['DHIS2_USERNAME']}:{self.variables['DHIS2_PASSWORD']}"
        found = self.call("/api/organisationUnits.json?paging=false&fields=id,openingDate,closedDate")["organisationUnits"]
        # Some of the country's units opened or closed in the middle of the time.
        found = [unit["id"] for unit in found if unit["openingDate"] < "2020" and "closedDate" not in unit]
        self.units = found[:units]
        self.root = self.call("/api/organisationUnits.json?filter=level:eq:1&fields=id")["organisationUnits"][0]["id"]
        self.call("/api/metadata", {
            "dataElements": [{
                "id": ELEMENT, "name": "Measured", "shortName": "Measured", "domainType": "AGGREGATE", "valueType": "NUMBER",
                "aggregationType": "AVERAGE", "zeroIsSignificant": True}],
            "dataSets": [{
                "id": DATA_SET, "name": "Measured", "shortName": "Measured", "periodType": "Monthly",
                "dataSetElements": [{"dataElement": {"id": ELEMENT}, "dataSet": {"id": DATA_SET}}],
                "organisationUnits": [{"id": id} for id in self.units]}]})

    def open(self, path, document=None):
        request = urllib.request.Request(
            self.url + path, data=None if document is None else json.dumps(document).encode(),
            headers={"Content-Type": "application/json", "Authorization": "Basic " + b64encode(self.login.encode()).decode()})
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)

    def call(self, path, document=None):
        with self.open(path, document) as answer:
            return json.load(answer)

    def kept(self):
        """How many values there are. Counted piece by piece: the peak memory of a process is at least that of its parent when
        it started."""
        name, count, rest = b'"value":', 0, b""
        with self.open(f"/api/dataValueSets.json?dataSet={DATA_SET}&startDate=1990-01-01&endDate=2030-01-01"
                       f"&orgUnit={self.root}&children=true") as answer:
            while piece := answer.read(1 << 16):
                piece = rest + piece
                count += piece.count(name)
                rest = piece[-len(name) + 1:]
        return count


class Recorder:
    """Passes requests on, and keeps each for curl: a file of options (requests.curl) and the bodies."""

    def __init__(self, target, folder):
        host, port = target.split("/")[2].split(":")
        count = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def pass_on(self):
                nonlocal count
                count += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                lines = [f'url = "http://{host}:{port}{self.path}"', 'output = "/dev/null"']
                headers = {name: value for name, value in self.headers.items() if name not in ("Host", "Accept-Encoding")}
                if self.command == "POST":
                    name = os.path.join(folder, f"{count}.body")
                    with open(name, "wb") as file:
                        file.write(body)
                    lines += [f'data-binary = "@{name}"', 'header = "Expect:"']
                    lines += [f'header = "{name}: {self.headers[name]}"'
                              for name in ("Content-Type", "Content-Encoding") if name in self.headers]
                with open(os.path.join(folder, "requests.curl"), "a") as file:
                    file.write(("next\n" if count > 1 else "") + "\n".join(lines) + "\n")
                connection = http.client.HTTPConnection(host, int(port))
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.getheader("Content-Type") or "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = pass_on

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/" + target.split("/", 3)[3]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
