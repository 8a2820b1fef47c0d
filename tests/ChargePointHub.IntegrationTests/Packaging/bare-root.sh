#!/bin/sh
# Runs a program where neither PostgreSQL nor the .NET SDK is installed: bare-root.sh ACCOUNT HOME PATH PROGRAM ARGUMENT...
# Call it under "unshare --mount", as root: it hides folders of this machine from the program, and from it alone.
set -eu
account=$1 home=$2 path=$3
shift 3
for hidden in /usr/lib/postgresql /usr/local/bin /usr/local/pgsql /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /var/cache; do
  if [ -d "$hidden" ]; then mount -t tmpfs none "$hidden"; fi
done
cd "$home"
exec setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups env -i HOME="$home" PATH="$path" "$@"
