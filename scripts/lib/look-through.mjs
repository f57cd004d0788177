// What must hold of a restored server before anybody serves from it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { urlFor, withClient } from '../../packages/local-servers/src/index.mjs';
import { Refusal, root } from './steps.mjs';

const CONTEXTS = ['platform', 'digilist'];

/** Roles, and what they may not do. */
const ROLES = `
  SELECT count(*)::int AS found, coalesce(bool_or(rolsuper OR (rolbypassrls AND rolname <> $1 || '_system')), false) AS too_mighty
  FROM pg_roles WHERE rolname = ANY (ARRAY[$1 || '_migrator', $1 || '_app', $1 || '_system', $1 || '_lookup', $1 || '_relay'])`;

/** Tables of tenants that row-level security does not guard. */
const UNGUARDED = `
  SELECT c.relname FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
  WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))`;

const TABLES = `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'`;

/** Reads every row of every table, whose pages carry checksums, and asks what must always be so. Answers what was seen. */
export async function lookThrough(serverUrl) {
  const databases = await rows(
    serverUrl,
    'SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate',
  );
  const lines = [];
  for (const { name } of databases) {
    const url = urlFor(serverUrl, { database: name });
    for (const context of CONTEXTS) {
      const [there] = await rows(url, `SELECT to_regclass($1) IS NOT NULL AS there`, [`${context}.outbox`]);
      if (there.there) lines.push(await lookThroughOne(url, name, context));
    }
  }
  if (lines.length === 0) throw new Refusal('The restored server has no database of PLATFORM or DIGILIST.');
  return lines;
}

async function lookThroughOne(url, database, context) {
  const [roles] = await rows(url, ROLES, [context]);
  if (roles.found !== 5 || roles.too_mighty)
    throw new Refusal(
      `${database}: the roles of ${context} are not as infra/postgres/bootstrap.sql makes them; run it again.`,
    );
  const unguarded = await rows(url, UNGUARDED, [context]);
  if (unguarded.length > 0)
    throw new Refusal(`${database}: no row-level security on ${unguarded.map(({ relname }) => relname).join(', ')}.`);
  const tables = await rows(url, TABLES, [context]);
  let counted = 0;
  for (const { name } of tables) counted += (await rows(url, `SELECT count(*)::int AS n FROM ${name}`))[0].n;
  const broken = [];
  const invariants = await invariantsOf(context);
  for (const [law, text] of Object.entries(invariants)) if ((await rows(url, text)).length > 0) broken.push(law);
  if (broken.length > 0) throw new Refusal(`${database}: this does not hold: ${broken.join('; ')}.`);
  const laws = Object.keys(invariants).length;
  return `${database}: ${counted} rows in ${tables.length} tables read, all guarded${laws ? `, ${laws} invariants hold` : ''}`;
}

/** Of DIGILIST, where it is built. */
async function invariantsOf(context) {
  const file = path.join(root, 'apps', `${context}-service`, 'dist/database/invariants.js');
  return existsSync(file) ? (await import(pathToFileURL(file).href)).INVARIANTS : {};
}

const rows = (url, text, values) => withClient(url, async (client) => (await client.query(text, values)).rows);
