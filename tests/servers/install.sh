#!/bin/sh
# Install PostgreSQL from the system's packages, unless it is there or we may not.
set -eu

ls /usr/lib/postgresql/*/bin/postgres /usr/local/pgsql/bin/postgres >/dev/null 2>&1 && exit 0
command -v postgres >/dev/null && exit 0
command -v apt-get >/dev/null || exit 0

if [ "$(id -u)" = 0 ]; then as_root=""
elif sudo -n true 2>/dev/null; then as_root="sudo -n"
else exit 0
fi

echo "installing PostgreSQL for the tests"
# The distribution would start a server of its own, which nobody asked for.
mkdir -p /etc/postgresql-common 2>/dev/null || $as_root mkdir -p /etc/postgresql-common
echo "create_main_cluster = false" | $as_root tee -a /etc/postgresql-common/createcluster.conf >/dev/null
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null
