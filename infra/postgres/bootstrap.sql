-- Prepares one database for one bounded context: roles, schema, extensions, privileges. Run by a superuser, connected to
-- that database, before the first migration; running it again changes nothing but the passwords. Compose and `npm start`
-- run exactly this file. Its parameters are session settings:
--
--   bootstrap.context            platform | digilist
--   bootstrap.migrator_password, bootstrap.app_password, bootstrap.system_password
--
-- e.g.  PGOPTIONS="-c bootstrap.context=platform -c bootstrap.app_password=…" psql -d platform -f bootstrap.sql
--
-- <ctx>_migrator  owns the database, the schema and every table; runs migrations only
-- <ctx>_app       what the service runs as: owns nothing, cannot pass by row-level security
-- <ctx>_system    the small pool for jobs that cross tenants, backfills and backups: BYPASSRLS
-- <ctx>_lookup    what must be read before a tenant is known (SET LOCAL ROLE; a policy of its own on those tables)
-- <ctx>_relay     the outbox relay: sees outbox and inbox of all tenants, nothing else

DO $bootstrap$
DECLARE
  ctx      text := current_setting('bootstrap.context');
  migrator text := ctx || '_migrator';
  app      text := ctx || '_app';
  sys      text := ctx || '_system';
  lookup   text := ctx || '_lookup';
  relay    text := ctx || '_relay';
  db       text := current_database();
  r        record;
BEGIN
  IF ctx !~ '^[a-z][a-z0-9]{1,30}$' THEN
    RAISE EXCEPTION 'bootstrap.context must be a short lower-case name, not "%"', ctx;
  END IF;

  -- Roles belong to the whole cluster; several databases of one cluster may share them.
  FOR r IN
    SELECT * FROM (VALUES
      (migrator, 'LOGIN NOBYPASSRLS', current_setting('bootstrap.migrator_password')),
      (app,      'LOGIN NOBYPASSRLS', current_setting('bootstrap.app_password')),
      (sys,      'LOGIN BYPASSRLS',   current_setting('bootstrap.system_password')),
      (lookup,   'NOLOGIN NOBYPASSRLS', NULL),
      (relay,    'NOLOGIN NOBYPASSRLS', NULL)) AS wanted (name, options, password)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.name) THEN
      EXECUTE format('CREATE ROLE %I', r.name);
    END IF;
    EXECUTE format('ALTER ROLE %I WITH %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', r.name, r.options);
    IF r.password IS NOT NULL THEN
      EXECUTE format('ALTER ROLE %I PASSWORD %L', r.name, r.password);
    END IF;
    EXECUTE format('ALTER ROLE %I SET search_path = %I, public', r.name, ctx);
  END LOOP;
  -- The app may become lookup or relay for a transaction, but has none of their rights by itself.
  EXECUTE format('GRANT %I, %I TO %I WITH INHERIT FALSE, SET TRUE', lookup, relay, app);
  -- Migrations of a large table take longer than a request.
  EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', migrator);

  EXECUTE format('ALTER DATABASE %I OWNER TO %I', db, migrator);
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', db);
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', db, app, sys);

  CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
  CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
  CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
  REVOKE CREATE ON SCHEMA public FROM PUBLIC;

  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', ctx, migrator);
  EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', ctx);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I, %I, %I', ctx, app, sys, lookup, relay);
  -- Only the system role gets new tables by default; each migration grants the others what they need, table by table.
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT ALL ON TABLES TO %I', migrator, ctx, sys);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT ALL ON SEQUENCES TO %I', migrator, ctx, sys);
END
$bootstrap$;
