#!/usr/bin/env bash
# Measures the HTTP client as a whole process, in a release build, against nginx on loopback, with curl's own command
# as its peer. Needs nginx and curl. SLUICE_BENCH_DIR names the folder for the files (3 GB); the default is a
# temporary one.
set -eu
cd "$(dirname "$0")/../.."
for tool in nginx curl; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 1; }
done
swift build -c release --static-swift-stdlib --product http-bench >/dev/null
bench="$(swift build -c release --static-swift-stdlib --show-bin-path)/http-bench"

work="$(mktemp -d "${SLUICE_BENCH_DIR:-${TMPDIR:-/tmp}}/sluice-http-bench-XXXXXX")"
port="${SLUICE_BENCH_PORT:-18480}"
chmod 755 "$work"
mkdir "$work/www"
cat > "$work/nginx.conf" <<NGINX
daemon on; worker_processes 1; pid $work/nginx.pid; error_log $work/error.log; user root;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_max_body_size 0;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$port;
    root $work/www;
    location = /small { default_type application/json; return 200 '{"id":"ImspTQPwCqd","name":"Sierra Leone","level":1}'; }
    location /up/ { dav_methods PUT; }
  }
}
NGINX
finish() {
  [ ! -f "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")"
  rm -rf "$work"
}
trap finish EXIT
trap "exit 130" INT TERM HUP PIPE
head -c 524288000 /dev/urandom > "$work/www/500"
truncate -s 2147483648 "$work/www/2000"
mkdir "$work/www/up"
nginx -c "$work/nginx.conf" -p "$work"
url="http://127.0.0.1:$port"

# Seconds on the clock and of processor time that a command takes as a whole process, as "1.234 0.567".
measure() {
  local TIMEFORMAT='%R %U %S'
  { time "$@" >/dev/null; } 2>&1 | awk '{ print $1, $2 + $3 }'
  rm -f "$work/out"
}
theirs() { measure curl -sS -o "$work/out" "$url/500"; }
ours() { measure "$bench" download "$url/500" "$work/out" nosync; }

"$bench" download "$url/500" "$work/out" >/dev/null
cmp -s "$work/out" "$work/www/500" || { echo "the file is not the same" >&2; exit 1; }
rm -f "$work/out"
echo "# 500 MB to disk, nine times in turns (neither forces the file to the disk)"
for round in 1 2 3 4 5 6 7 8 9; do
  # By turns first and second: who comes second writes while the disk still takes in the other's file.
  if [ $((round % 2)) = 1 ]; then first="$(theirs)"; second="$(ours)"; else second="$(ours)"; first="$(theirs)"; fi
  echo "$first $second"
done | awk '
  { print "curl " $1 " s, CPU " $2 " s;  sluice " $3 " s, CPU " $4 " s"; a[NR] = $1; b[NR] = $3; c[NR] = $2; d[NR] = $4 }
  function sort(v, n,   i, j, t) {
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
  }
  function line(name, x, y) { printf "%s: curl %.3f  sluice %.3f  ratio %.2f\n", name, x, y, y / x }
  END {
    sort(a, NR); sort(b, NR); sort(c, NR); sort(d, NR); m = (NR + 1) / 2
    line("median seconds", a[m], b[m]); line("best seconds", a[1], b[1]); line("median CPU", c[m], d[m])
  }'
echo "# the same, forced to the disk before it gets its name"
"$bench" download "$url/500" "$work/out"; rm -f "$work/out"
echo "# 30,000 small GETs at 50 in flight, then one after the other"
"$bench" small "$url/small" 30000 50
"$bench" small "$url/small" 30000 1
echo "# 2 GB to disk"
"$bench" download "$url/2000" "$work/out" nosync; rm -f "$work/out"
echo "# 500 MB to a reader that stalls for two seconds"
"$bench" stall "$url/500"
echo "# 500 MB from a file"
"$bench" upload "$url/up/500" "$work/www/500"
