// Where the system is that an operator's command is about: what the environment names, else what `npm start` runs here.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { databaseUrls, local, passwordVariable } from '../../packages/local-servers/src/index.mjs';
import { fail, killSteps, Refusal, root } from './steps.mjs';

const CONTEXTS = ['platform', 'digilist'];
const env = process.env;

/** Runs a command of an operator: what it refuses is one clear sentence, and Ctrl-C ends what it started. */
export async function command(work) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      killSteps();
      process.exit(130);
    });
  }
  try {
    await work();
  } catch (error) {
    fail(error);
    process.exitCode = 1;
  }
}

/** Reads the options of a command; `usage` is what a wrong one is answered with. */
export function options(usage, known) {
  try {
    return parseArgs({ options: known, strict: true }).values;
  } catch (error) {
    throw new Refusal(`${error.message}\n${usage}`);
  }
}

export function contextsOf(context, usage) {
  if (context === 'all') return CONTEXTS;
  if (CONTEXTS.includes(context)) return [context];
  throw new Refusal(`--context is platform, digilist or all${context ? `, not "${context}"` : ''}.\n${usage}`);
}

export function instantOf(name, text) {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime()))
    throw new Refusal(`${name} is an instant like 2026-05-17T10:00:00Z, not "${text}".`);
  return time;
}

const readLocal = (file) => {
  const at = path.join(local, file);
  return existsSync(at) ? JSON.parse(readFileSync(at, 'utf8')) : undefined;
};

/** URL of a superuser of the server that has the database of a context. */
export function superuserUrl(context) {
  const variable = `${context.toUpperCase()}_DATABASE_SUPERUSER_URL`;
  if (env[variable]) return env[variable];
  const [keys, ports] = [readLocal('keys.json'), readLocal('ports.json')];
  if (!keys || !ports)
    throw new Refusal(
      `Set ${variable} to a superuser's URL of the server, or run \`npm start\` once to have one here.`,
    );
  const url = `postgres://postgres:${encodeURIComponent(keys.postgres)}@127.0.0.1:${ports.postgres}/${context}`;
  return databaseUrls(url, context, context).superuser;
}

/** The URL of the role of a context that crosses tenants. */
export function systemUrl(context) {
  const variable = `${context.toUpperCase()}_DATABASE_SYSTEM_URL`;
  const url = env[variable] ?? readLocal('demo.json')?.roles[context].system;
  if (!url) throw new Refusal(`Set ${variable}, or run \`npm start\` once to have a system here.`);
  return url;
}

/** Where NATS is, and the passwords of the users that the command acts as. */
export function nats(users) {
  const url = env.NATS_URL ?? readLocal('demo.json')?.nats;
  const kept = env.NATS_URL ? undefined : readLocal('keys.json')?.nats;
  if (!url)
    throw new Refusal('Set NATS_URL and the passwords of its users, or run `npm start` once to have NATS here.');
  const credentials = Object.fromEntries(
    users.map((user) => [user, { user, password: env[passwordVariable(user)] ?? kept?.[user]?.password }]),
  );
  const missing = users.filter((user) => !credentials[user].password).map(passwordVariable);
  if (missing.length) throw new Refusal(`Set ${missing.join(', ')}: the command acts as these users of NATS.`);
  return { url, credentials };
}

/** Something that was built, by its path in the checkout. */
export function built(file) {
  const at = path.join(root, file);
  if (!existsSync(at)) throw new Refusal(`${file} is not there: build first (npm start and npm test do).`);
  return at;
}
