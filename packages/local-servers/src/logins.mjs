// Two logins for one role of a database, so that a password changes while the other one is used. Both are the same role as
// soon as they are connected: `digilist_app_b` becomes `digilist_app`, with its rights and its row-level security.
import { newPassword } from './nats.mjs';
import { withClient } from './postgres.mjs';
import { otherOf } from './second-users.mjs';

const ROLE = /^(platform|digilist)_(app|system)(_b)?$/;

const SESSIONS = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1';

/** @throws Error when it is none of the logins that can be exchanged */
export function requireLogin(login) {
  const [, context, role] = ROLE.exec(login) ?? [];
  if (!context)
    throw new Error(
      `"${login}" is no login that there can be two of: platform_app, platform_system, digilist_app, digilist_system, or one of them with _b.`,
    );
  return { context, role: `${context}_${role}` };
}

/**
 * Gives a login that nobody uses a new password, and makes it when it is not there.
 * @returns the password
 * @throws Error while somebody uses it
 */
export async function prepareLogin(superuserUrl, login) {
  const { context, role } = requireLogin(login);
  const password = newPassword();
  await withClient(superuserUrl, async (client) => {
    const [{ n }] = (await client.query(SESSIONS, [login])).rows;
    if (n > 0)
      throw new Error(`${login} has ${n} connections: it is the one in use. Prepare ${otherOf(login)} instead.`);
    await client.query('BEGIN');
    if (login !== role) {
      const there = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [login]);
      if (!there.rowCount) await client.query(`CREATE ROLE ${login}`);
      await client.query(
        `ALTER ROLE ${login} LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
      );
      await client.query(`GRANT ${role} TO ${login} WITH INHERIT TRUE, SET TRUE`);
      await client.query(`ALTER ROLE ${login} SET role = ${role}`);
      await client.query(`ALTER ROLE ${login} SET search_path = ${context}, public`);
    }
    await client.query(`ALTER ROLE ${login} PASSWORD '${password}'`);
    await client.query('COMMIT');
  });
  return password;
}

/**
 * Takes the password of a login away: nobody connects by it any more.
 * @throws Error while somebody is connected by it
 */
export async function endLogin(superuserUrl, login) {
  requireLogin(login);
  await withClient(superuserUrl, async (client) => {
    const [{ n }] = (await client.query(SESSIONS, [login])).rows;
    if (n > 0)
      throw new Error(`${login} still has ${n} connections: restart what uses it with ${otherOf(login)}, then end it.`);
    await client.query(`ALTER ROLE ${login} PASSWORD NULL`);
  });
}
