#!/bin/sh
# Measures the HTTP client as a whole process, in a release build, against nginx on loopback, with curl's own command
# as its peer. Needs nginx and curl. SLUICE_BENCH_DIR names the folder for the files (3 GB); the default is a
# temporary one.
set -eu
cd "$(dirname "$0")/../.."
for tool in nginx curl; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 1; }
done
swift build -c release --product http-bench >/dev/null
bench="$(swift build -c release --show-bin-path)/http-bench"

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
trap finish EXIT INT TERM
head -c 524288000 /dev/urandom > "$work/www/500"
truncate -s 2147483648 "$work/www/2000"
mkdir "$work/www/up"
nginx -c "$work/nginx.conf" -p "$work"
url="http://127.0.0.1:$port"

curl_seconds() { curl -sS -o "$work/out" -w '%{time_total}' "$1"; rm -f "$work/out"; }
sluice_seconds() {
  "$bench" download "$1" "$work/out" $2 | tee -a "$work/lines" | sed 's/^download: \([0-9.]*\) s.*/\1/'
  cmp -s "$work/out" "$work/www/500" || { echo "the file is not the same" >&2; exit 1; }
  rm -f "$work/out"
}

echo "# 500 MB to disk, five times in turns (seconds; neither forces the file to the disk)"
sluice_seconds "$url/500" nosync >/dev/null
: > "$work/lines"
for round in 1 2 3 4 5; do
  echo "$(curl_seconds "$url/500") $(sluice_seconds "$url/500" nosync)"
done | awk '
  { print "curl " $1 "  sluice " $2; a[NR] = $1; b[NR] = $2 }
  function median(v, n,   i, j, t) {
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
    return v[(n + 1) / 2]
  }
  END { x = median(a, NR); y = median(b, NR); printf "medians: curl %.3f  sluice %.3f  ratio %.2f\n", x, y, y / x }'
tail -1 "$work/lines"
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
