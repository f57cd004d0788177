// Two users of NATS for one service, so that a password changes while the other one is used.
import { newPassword, passwordVariable } from './nats.mjs';

const SECOND = /^([a-z][a-z0-9_]*?)_b$/;

/** The other one of two: `digilist_b` for `digilist`, and back. */
export const otherOf = (name) => SECOND.exec(name)?.[1] ?? `${name}_b`;

/**
 * The configuration of a server in which a user has another password. A second user (`digilist_b`) is made when there is
 * none yet: it may do what the first may, with inboxes of its own.
 *
 * A reload does not read the environment again, so the password stands in the configuration, where it goes before it.
 * @throws Error when there is no such user to make a second of
 */
export function configWithPassword(config, user, password = newPassword()) {
  const first = SECOND.exec(user)?.[1];
  const there = userOf(config, user);
  let result = config;
  if (!there) {
    const original = first && userOf(config, first);
    if (!original) throw new Error(`The configuration has no user ${first ?? user}: name one of ${usersOf(config)}.`);
    const second = original
      .replace(`user: ${first}`, `user: ${user}`)
      .replace(`$${passwordVariable(first)}`, `$${passwordVariable(user)}`)
      .replaceAll(`_INBOX_${first}.>`, `_INBOX_${user}.>`);
    const separated = original.endsWith('\n') ? `${original}      ${second}` : `${original}, ${second}`;
    result = result.replace(original, () => separated);
  }
  const variable = passwordVariable(user);
  const line = `${variable}: "${password}"`;
  const known = new RegExp(`^${variable}: .*$`, 'm');
  return known.test(result) ? result.replace(known, line) : `${line}\n${result}`;
}

const usersOf = (config) => [...config.matchAll(/\buser: ([a-z0-9_]+)/g)].map(([, name]) => name).join(', ');

/** The block of a user, from its brace to the one that closes it. */
function userOf(config, user) {
  const at = config.search(new RegExp(`\\buser: ${user}\\b`));
  if (at < 0) return undefined;
  const start = config.lastIndexOf('{', at);
  let depth = 0;
  for (let end = start; end < config.length; end++) {
    if (config[end] === '{') depth++;
    if (config[end] === '}' && --depth === 0)
      return config.slice(start, end + 1) + (config[end + 1] === '\n' ? '\n' : '');
  }
  return undefined;
}
