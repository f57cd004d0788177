import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createIdentityProvider } from '@platform/contracts';
import { exportJWK, generateKeyPair } from 'jose';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

// As it runs in production: nothing inside is let in.
let world: PlatformWorld;
let fjell: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
});
afterAll(() => world?.stop());

const wish = { key: 'inner', name: 'Inner', clientId: 'client', clientSecret: 'secret' };
const code = (issuer: string, more: object = {}) =>
  world.code(createIdentityProvider, { ...wish, issuer, ...more }, { token: fjell.token });

test('a provider inside our own network is not connected to', async () => {
  const inner = [
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://localhost',
    'https://[::1]',
    'https://x.internal',
  ];
  for (const issuer of [...inner, 'http://login.example.com', 'https://login.example.com:8080']) {
    expect([issuer, await code(issuer)]).toEqual([issuer, 'IDENTITY_PROVIDER_INVALID']);
  }
});

test('ID-porten is the real one', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const clientKey = await exportJWK(privateKey);
  const idporten = { profile: 'idporten', clientSecret: undefined, clientKey, enabled: false };
  expect(await code('https://idporten.example', idporten)).toBe('IDENTITY_PROVIDER_INVALID');
  expect(await code('https://idporten.no', idporten)).toBe('OK');
});
