#!/bin/sh
# The HTTP client against nginx: TLS and mutual TLS with an authority made here, connections kept.
. "$SB_SRC/tests/lib/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
have nginx || skip_all "nginx is not installed"
have openssl || skip_all "openssl is not installed"
ask=$SB_BUILD/tests/lib/http_ask
unset SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
run_as=
if [ "$(id -u)" = 0 ]; then run_as='user root;'; fi # its workers read what lies here

# --- an authority and its certificates ---
authority() { # NAME
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.crt" -days 30 \
        -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}
certificate() { # NAME ALTERNATIVE-NAMES X509-OPTION...: signed by `ours`
    name=$1 alternatives=$2
    shift 2
    openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name" 2>/dev/null
    printf 'subjectAltName=%s\n' "$alternatives" >"$name.ext"
    openssl x509 -req -in "$name.csr" -CA ours.crt -CAkey ours.key -CAcreateserial -out "$name.crt" \
        -extfile "$name.ext" "$@" 2>/dev/null
}
old_certificate() { # NAME ALTERNATIVE-NAMES FROM TO: `x509 -req` knows no dates of the past, `ca` does
    certificate "$1" "$2" -days 1
    mkdir -p ca
    : >ca/index.txt
    cat >ca/conf <<END
[ca]
default_ca = own
[own]
database = ca/index.txt
new_certs_dir = ca
serial = ca/serial
default_md = sha256
policy = any
[any]
commonName = supplied
END
    openssl ca -batch -config ca/conf -create_serial -cert ours.crt -keyfile ours.key -in "$1.csr" \
        -out "$1.crt" -extfile "$1.ext" -startdate "$3" -enddate "$4" -notext 2>/dev/null
}

authority ours
authority theirs
certificate good 'DNS:localhost,IP:127.0.0.1' -days 30
certificate other 'DNS:other.example,DNS:third.example' -days 30
certificate nobody 'DNS:client' -days 30
old_certificate expired 'DNS:localhost' 20200101000000Z 20200601120000Z
old_certificate early 'DNS:localhost' 20400101000000Z 20410101000000Z
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.crt -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>/dev/null
pin=$(openssl x509 -in good.crt -pubkey -noout | openssl pkey -pubin -outform der |
    openssl dgst -sha256 -binary | base64)

# --- nginx on free ports ---
free_ports() { # COUNT
    python3 - "$1" <<'END'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])
END
}
# shellcheck disable=SC2046 # numbers
set -- $(free_ports 7)
plain=$1 good=$2 other=$3 expired=$4 mutual=$5 self=$6 early=$7
server() { # PORT CERTIFICATE [DIRECTIVES]
    cat <<END
    server { listen 127.0.0.1:$1 ssl; ssl_certificate $PWD/$2.crt; ssl_certificate_key $PWD/$2.key;
        location / { return 200 "secure"; } ${3:-} }
END
}
mkdir -p logs www
head -c 300000 /dev/zero >www/large
cat >nginx.conf <<END
daemon off; $run_as
pid $PWD/nginx.pid;
error_log $PWD/logs/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs; fastcgi_temp_path $PWD/logs;
    uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    keepalive_requests 10000;
    server { listen 127.0.0.1:$plain; root $PWD/www;
        location = / { return 200 "plain"; }
        location = /there { return 301 https://localhost:$good/; }
        location = /empty { return 204; } }
$(server "$good" good "location = /back { return 302 http://127.0.0.1:$plain/; }")
$(server "$other" other)
$(server "$expired" expired)
$(server "$early" early)
$(server "$self" self)
$(server "$mutual" good "ssl_client_certificate $PWD/ours.crt; ssl_verify_client on;")
}
END
nginx -p "$PWD" -c nginx.conf >nginx.out 2>&1 &
nginx=$!
trap 'kill "$nginx" 2>/dev/null; wait "$nginx"; rm -rf "$T"' EXIT
tries=0
until "$ask" "http://127.0.0.1:$plain/" >/dev/null 2>&1 || [ "$tries" = 100 ]; do
    kill -0 "$nginx" 2>/dev/null || break
    tries=$((tries + 1))
    sleep 0.1
done
if ! kill -0 "$nginx" 2>/dev/null; then
    diag "$(cat nginx.out)"
    fail "nginx starts"
    done_testing
fi

# --- plain ---
run "$ask" "http://127.0.0.1:$plain/"
out_is "a request" "200 5 1"
run "$ask" "http://127.0.0.1:$plain/empty"
out_is "no content" "204 0 1"
run "$ask" "http://127.0.0.1:$plain/missing"
ok "an error is an answer" grep -q '^404 ' "$T/out"
run "$ask" -n 1000 -j 4 "http://127.0.0.1:$plain/"
ok "a thousand requests over four connections" grep -q '^200 5000 [1-4]$' "$T/out"
run "$ask" -n 20 -j 10 "http://127.0.0.1:$plain/large"
ok "large bodies side by side" grep -q '^200 6000000 ' "$T/out"

# --- TLS ---
run "$ask" -c ours.crt "https://localhost:$good/"
out_is "a certificate for the name" "200 6 1"
run "$ask" -c ours.crt "https://127.0.0.1:$good/"
out_is "a certificate for the address" "200 6 1"
run env SSL_CERT_FILE="$PWD/ours.crt" "$ask" "https://localhost:$good/"
out_is "SSL_CERT_FILE" "200 6 1"
mkdir hashed
cp ours.crt hashed
openssl rehash hashed
run env SSL_CERT_DIR="$PWD/hashed" "$ask" "https://localhost:$good/"
out_is "SSL_CERT_DIR" "200 6 1"
run "$ask" -n 200 -j 2 -c ours.crt "https://localhost:$good/"
ok "TLS connections are kept" grep -q '^200 1200 [12]$' "$T/out"
run "$ask" "https://localhost:$good/"
refused "an authority the system does not know" \
    "certificate of localhost comes from an authority that is not trusted here (CN = ours)"
run "$ask" -c theirs.crt "https://localhost:$good/"
refused "another authority" "comes from an authority that is not trusted here"
run "$ask" -c ours.crt "https://localhost:$other/"
refused "a certificate for other names" \
    "certificate of localhost is not for that name, but for other.example, third.example"
run "$ask" -c ours.crt "https://localhost:$expired/"
refused "an expired certificate" "certificate of localhost expired on 2020-06-01T12:00:00Z"
err_has "an expired certificate: a hint" "hint: renew it"
run "$ask" -c ours.crt "https://localhost:$early/"
refused "a certificate of the future" "is not valid before 2040-01-01T00:00:00Z"
run "$ask" "https://localhost:$self/"
refused "a certificate signed by itself" "certificate of localhost is signed by itself"
run "$ask" -k "https://localhost:$expired/"
out_is "verification turned off" "200 6 1"
run "$ask" -c ours.crt -p "sha256//$pin" "https://localhost:$good/"
out_is "the pinned key" "200 6 1"
run "$ask" -c ours.crt -p "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" "https://localhost:$good/"
refused "another key" "has another key than the pinned one"
run "$ask" "https://127.0.0.1:$plain/"
refused "TLS to a plain port" "hint: does it speak http:// on that port?"
echo rubbish >rubbish.crt
run "$ask" -c rubbish.crt "https://localhost:$good/"
refused "an authority that is none" "rubbish.crt"

# --- mutual TLS ---
run "$ask" -c ours.crt -C nobody.crt -K nobody.key "https://localhost:$mutual/"
out_is "a client certificate" "200 6 1"
cat nobody.crt nobody.key >both.pem
run "$ask" -c ours.crt -C both.pem "https://localhost:$mutual/"
out_is "certificate and key in one file" "200 6 1"
run "$ask" -c ours.crt "https://localhost:$mutual/"
ok "without one, nginx says so" grep -q '^400 ' "$T/out"
run "$ask" -c ours.crt -C self.crt -K self.key "https://localhost:$mutual/"
ok "one that nobody signed" grep -q '^400 ' "$T/out"
run "$ask" -c ours.crt -C nobody.crt -K self.key "https://localhost:$mutual/"
refused "a key of another certificate" "client certificate"

# --- redirects ---
run "$ask" -r 2 -c ours.crt "http://127.0.0.1:$plain/there"
out_is "from http to https" "200 6 1"
run "$ask" -r 2 -c ours.crt "https://localhost:$good/back"
refused "from https to http" "from https to http, which is not followed"

done_testing
