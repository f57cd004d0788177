// npm run rotate -- --login NAME | --end-login NAME | --nats-user NAME --config FILE | --end-nats-user NAME --config FILE:
// passwords of databases and of NATS change by turns: the one of two logins that is not used gets a new one, the apps are
// restarted with it one by one, and the other one ends. Nobody's request fails.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  configWithPassword,
  endLogin,
  newPassword,
  otherOf,
  passwordVariable,
  prepareLogin,
  requireLogin,
  urlFor,
} from '../packages/local-servers/src/index.mjs';
import { command, options, superuserUrl } from './lib/installation.mjs';
import { Refusal } from './lib/steps.mjs';

const USAGE =
  'npm run rotate -- --login digilist_app_b | --end-login digilist_app | --nats-user digilist_b --config FILE | --end-nats-user digilist --config FILE';

async function main() {
  const text = { type: 'string' };
  const { config, ...given } = options(USAGE, {
    login: text,
    'end-login': text,
    'nats-user': text,
    'end-nats-user': text,
    config: text,
  });
  const [[what, name] = [], ...more] = Object.entries(given);
  if (!what || more.length > 0) throw new Refusal(`One at a time.\n${USAGE}`);
  if (what === 'login') return console.log(await prepared(name));
  if (what === 'end-login') return console.log(await ended(name));
  if (!config) throw new Refusal(`--config names the configuration of nats-server that is to be changed.\n${USAGE}`);
  if (!existsSync(config))
    throw new Refusal(`${config} is not there: begin with a copy of infra/nats/nats-server.conf.`);
  const password = newPassword();
  // The file holds a password from now on.
  writeFileSync(config, configWithPassword(readFileSync(config, 'utf8'), name, password), { mode: 0o600 });
  if (what === 'end-nats-user')
    return console.log(`${config}: nobody knows the password of ${name} any more. Reload the server.`);
  console.error(
    `Reload the server (kill -HUP), then restart the apps with these one by one, then --end-nats-user ${otherOf(name)}.`,
  );
  console.log(`NATS_USER=${name}\nNATS_PASSWORD=${password}\n${passwordVariable(name)}=${password}`);
}

async function prepared(login) {
  const { context, role } = requireLogin(login);
  const superuser = superuserUrl(context);
  const password = await prepareLogin(superuser, login);
  const variable = `${context.toUpperCase()}_DATABASE_${role.endsWith('_system') ? 'SYSTEM_' : ''}URL`;
  console.error(`Restart the apps with this one by one, then --end-login ${otherOf(login)}.`);
  return `${variable}=${urlFor(superuser, { user: login, password })}`;
}

async function ended(login) {
  await endLogin(superuserUrl(requireLogin(login).context), login);
  return `${login} has no password any more: nobody connects by it.`;
}

await command(main);
