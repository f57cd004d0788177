#!/bin/sh
# For the entrypoint of the official postgres image (/docker-entrypoint-initdb.d): passes the parameters to bootstrap.sql.
set -eu
PGOPTIONS="-c bootstrap.context=$BOOTSTRAP_CONTEXT \
 -c bootstrap.migrator_password=$MIGRATOR_PASSWORD \
 -c bootstrap.app_password=$APP_PASSWORD \
 -c bootstrap.system_password=$SYSTEM_PASSWORD" \
  psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f /bootstrap/bootstrap.sql
