import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { type JsonValue, OpenFeature, type ResolutionDetails } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature, type JsonValue as WebValue } from '@openfeature/web-sdk';
import type { CreateFlag, FlagDefinition } from '@platform/contracts';
import { EventSource } from 'eventsource';
import { type Municipality, municipality, superAdministrator } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const prefix = `platform.j${Math.random().toString(36).slice(2, 8)}`;
let town: Municipality;

const flag = (name: string, type: FlagDefinition['type'], on: unknown, off: unknown): CreateFlag => ({
  key: `${prefix}-${name}`,
  description: name,
  purpose: 'release',
  owner: 'journeys',
  clientExposed: true,
  definition: {
    type,
    variants: { on, off },
    enabled: true,
    offVariant: 'off',
    defaultVariant: 'off',
    rules: [{ id: 'here', when: [{ attribute: 'tenant', operator: 'in', values: [town.slug] }], variant: 'on' }],
  },
});

beforeAll(async () => {
  town = await municipality(system);
  const root = await superAdministrator(system);
  for (const wanted of [
    flag('boolean', 'boolean', true, false),
    flag('string', 'string', 'blå', 'rød'),
    flag('integer', 'integer', 7, 0),
    flag('float', 'float', 2.5, 0.5),
    flag('object', 'object', { colour: 'blue', sizes: [1, 2] }, {}),
  ])
    await root.platform.createFeatureFlag(wanted);
}, 90_000);
afterAll(async () => {
  await OpenFeature.close();
  await WebOpenFeature.close();
});

describe('the public OpenFeature providers for OFREP, unmodified', () => {
  it('get values of all five types on the server', async () => {
    const provider = new OFREPProvider({ baseUrl: system.gatewayUrl, headers: [['x-tenant', town.slug]] });
    await OpenFeature.setProviderAndWait(provider);
    const client = OpenFeature.getClient();
    const context = { targetingKey: 'kari' };
    await eventually(async () => expect(await client.getBooleanValue(`${prefix}-boolean`, false, context)).toBe(true));
    expect(await client.getStringValue(`${prefix}-string`, 'x', context)).toBe('blå');
    expect(await client.getNumberValue(`${prefix}-integer`, 1, context)).toBe(7);
    expect(await client.getNumberValue(`${prefix}-float`, 1, context)).toBe(2.5);
    expect(await client.getObjectValue<JsonValue>(`${prefix}-object`, {}, context)).toEqual({
      colour: 'blue',
      sizes: [1, 2],
    });
    const details = (await client.getBooleanDetails(`${prefix}-boolean`, false, context)) as ResolutionDetails<boolean>;
    expect(details).toMatchObject({ reason: 'TARGETING_MATCH', variant: 'on', flagMetadata: { rule: 'here' } });
  });

  it('get the default and the reason when there is no such flag, or the context is none', async () => {
    const client = OpenFeature.getClient();
    expect(await client.getBooleanDetails(`${prefix}-none`, true, { targetingKey: 'kari' })).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    });
    const wrong = { targetingKey: 7 as unknown as string };
    expect(await client.getStringDetails(`${prefix}-string`, 'x', wrong)).toMatchObject({
      value: 'x',
      errorCode: 'INVALID_CONTEXT',
    });
    expect(await client.getBooleanDetails(`${prefix}-string`, true, { targetingKey: 'kari' })).toMatchObject({
      value: true,
      errorCode: 'TYPE_MISMATCH',
    });
  });

  it('get all values in a browser, and 304 when nothing has changed', async () => {
    const statuses: number[] = [];
    const fetchImplementation: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      statuses.push(response.status);
      return response;
    };
    const provider = new OFREPWebProvider({
      baseUrl: system.gatewayUrl,
      headers: [['x-tenant', town.slug]],
      fetchImplementation,
      pollInterval: 300,
      cacheMode: 'disabled',
      changeDetection: 'polling',
    } as ConstructorParameters<typeof OFREPWebProvider>[0]);
    await WebOpenFeature.setContext({ targetingKey: 'kari' });
    await WebOpenFeature.setProviderAndWait(provider);
    const client = WebOpenFeature.getClient();
    expect(client.getBooleanValue(`${prefix}-boolean`, false)).toBe(true);
    expect(client.getObjectValue<WebValue>(`${prefix}-object`, {})).toEqual({ colour: 'blue', sizes: [1, 2] });
    await eventually(() => expect(statuses).toContain(304));
    const root = await superAdministrator(system);
    const key = `${prefix}-boolean`;
    const read = await root.platform.getFeatureFlag({ key });
    await root.platform.updateFeatureFlag(
      { key, definition: { ...read.definition, enabled: false } },
      { ifMatch: read },
    );
    await eventually(() => expect(client.getBooleanValue(key, true)).toBe(false));
  });

  it('ask again in a browser as soon as something changed, without polling', async () => {
    Object.assign(globalThis, { EventSource });
    const provider = new OFREPWebProvider({
      baseUrl: system.gatewayUrl,
      headers: [['x-tenant', town.slug]],
      pollInterval: 0,
      cacheMode: 'disabled',
      changeDetection: 'sse',
    });
    await WebOpenFeature.setProviderAndWait('live', provider);
    const client = WebOpenFeature.getClient('live');
    const key = `${prefix}-string`;
    expect(client.getStringValue(key, 'x')).toBe('blå');
    const root = await superAdministrator(system);
    const read = await root.platform.getFeatureFlag({ key });
    await root.platform.updateFeatureFlag(
      { key, definition: { ...read.definition, enabled: false } },
      { ifMatch: read },
    );
    await eventually(() => expect(client.getStringValue(key, 'x')).toBe('rød'), { within: 4_000 });
  });

  it('another context never gets 304 for what was somebody else’s', async () => {
    const ask = (context: object, etag?: string) =>
      fetch(`${system.gatewayUrl}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant': town.slug, ...(etag && { 'if-none-match': etag }) },
        body: JSON.stringify({ context }),
      });
    const first = await ask({ targetingKey: 'kari' });
    const etag = first.headers.get('etag') as string;
    expect((await ask({ targetingKey: 'kari' }, etag)).status).toBe(304);
    expect((await ask({ targetingKey: 'ola' }, etag)).status).toBe(200);
    expect((await ask({ targetingKey: 'kari', beta: true }, etag)).status).toBe(200);
  });
});

describe('a page that listens', () => {
  it('hears of a change within two seconds and is told where to listen', async () => {
    const root = await superAdministrator(system);
    const { eventStreams } = await root.platform.evaluateFlags({ context: { targetingKey: 'kari' } });
    expect(eventStreams).toEqual([{ type: 'sse', endpoint: { requestUri: '/ofrep/v1/events' } }]);
    const abort = new AbortController();
    const { body } = await fetch(`${system.gatewayUrl}/ofrep/v1/events`, { signal: abort.signal });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    await root.platform.createFeatureFlag(flag('new', 'boolean', true, false));
    expect((await reader?.read())?.value).toContain('refetchEvaluation');
    abort.abort();
  });
});
