import { expect, test } from '@jest/globals';
import { loadConfig, operationOf } from '@kit/service';
import { platformEvents, platformOperations, platformStates } from '@platform/contracts';
import { platformFields } from './config.js';
import { serviceOptions } from './service-options.js';

const config = loadConfig(platformFields, {
  PLATFORM_DATABASE_URL: 'postgres://nowhere',
  PLATFORM_DATABASE_SYSTEM_URL: 'postgres://nowhere',
  PLATFORM_MASTER_KEY: Buffer.alloc(32).toString('base64'),
  SMTP_URL: 'smtp://nowhere',
  NATS_USER: 'platform',
  NATS_PASSWORD: 'p',
});

test('every declared operation has a handler', () => {
  expect(serviceOptions(config).context).toBe('platform');
  const missing = platformOperations.filter(({ subject }) => operationOf(subject) === undefined);
  expect(missing.map(({ id }) => id)).toEqual([]);
});

test('no two operations share an id, a subject or a route', () => {
  for (const name of [
    (operation: (typeof platformOperations)[number]) => operation.id,
    (operation: (typeof platformOperations)[number]) => operation.subject,
    ({ http, id }: (typeof platformOperations)[number]) => (http ? `${http.method} ${http.base}${http.path}` : id),
  ]) {
    const names = platformOperations.map(name);
    expect(names.filter((one, at) => names.indexOf(one) !== at)).toEqual([]);
  }
});

test('no two events or states share a name', () => {
  const names = [...platformEvents.map(({ type }) => type), ...platformStates.map(({ aggregate }) => aggregate)];
  expect(new Set(names).size).toBe(names.length);
});
