// Runs a command of a service, as it runs in the service's image: `node dist/<name>.js`.
import path from 'node:path';
import { built, nats, systemUrl } from './installation.mjs';
import { root, step } from './steps.mjs';

/**
 * @param as the user of NATS that it acts as; the service's unless told
 * @returns what it printed; shown as it comes unless `quiet`
 */
export async function inService(context, name, args = [], { quiet = false, as = context } = {}) {
  const folder = `apps/${context}-service`;
  built(`${folder}/dist/${name}.js`);
  const { url, credentials } = nats([as]);
  const env = {
    ...process.env,
    [`${context.toUpperCase()}_DATABASE_SYSTEM_URL`]: systemUrl(context),
    NATS_URL: url,
    NATS_USER: credentials[as].user,
    NATS_PASSWORD: credentials[as].password,
  };
  const command = ['--enable-source-maps', `dist/${name}.js`, ...args];
  return step(`${context} ${name}`, process.execPath, command, { cwd: path.join(root, folder), env, show: !quiet });
}
