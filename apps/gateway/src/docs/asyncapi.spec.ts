import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';
import { calendarEvents, digilistEvents } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { platformEvents } from '@platform/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { RunningGateway } from '../gateway.js';
import { startWorld, type World } from '../testing/world.js';
import { asyncApiOf } from './asyncapi.js';
import { asyncApiText, eventsDocument } from './documents.js';

/** What is less is advice, e.g. to use a later version than most tools read. */
const WARNING = 1;
const document = eventsDocument();
const published = [...platformEvents, ...digilistEvents];

describe('the AsyncAPI document', () => {
  it('has no error and no warning for the public parser', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(asyncApiText());
    const found = diagnostics.filter(({ severity }) => severity <= WARNING);
    expect(found.map(({ code, message, path: place }) => `${code} ${message} ${place.join('.')}`)).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
    expect(parsed?.channels().length).toBe(published.length + 1);
  });

  it('holds every event of both contexts: subject, schema and an example that fits it', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc:', components: document.components });
    const addresses = Object.values(document.channels).map(({ address }) => address);
    for (const { type, context, aggregate, fact, version } of published) {
      expect(addresses).toContain(`${context}.evt.{tenant}.${aggregate}.{id}.${fact}.v${version}`);
      const messages = Object.entries(document.components.messages);
      const [name, message] = messages.find(([, one]) => one.name === type) ?? ['', {}];
      const [example] = (message.examples ?? []) as { payload: object }[];
      const valid = ajv.compile({ $ref: `doc:#/components/messages/${name}/payload` });
      expect([type, valid(example?.payload), valid.errors]).toEqual([type, true, null]);
    }
    expect(document.components.messages.digilistCalendarChangedV1?.description).toContain('anybody');
  });

  it('is written down as it is: `npm run docs` in this package writes it anew', () => {
    const file = path.resolve(process.cwd(), '../../docs/asyncapi.yaml');
    expect(parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(readFileSync(file, 'utf8')).toBe(asyncApiText());
  });

  it('grows with the events', () => {
    expect(Object.keys(asyncApiOf(digilistEvents, calendarEvents, '1').channels)).toHaveLength(
      digilistEvents.length + 1,
    );
  });
});

describe('a running gateway', () => {
  let world: World;
  let gateway: RunningGateway;
  beforeAll(async () => {
    world = await startWorld();
    gateway = await world.gateway();
  });
  afterAll(() => world.stop());

  it('serves it as JSON and as YAML, to anybody', async () => {
    const json = await fetch(`${gateway.url}/asyncapi.json`);
    expect(json.headers.get('content-type')).toMatch(/^application\/json/);
    const read = (await json.json()) as { asyncapi: string };
    expect(read.asyncapi).toBe('3.0.0');
    const yaml = await fetch(`${gateway.url}/asyncapi.yaml`);
    expect(yaml.headers.get('content-type')).toMatch(/^application\/yaml/);
    expect(parse(await yaml.text())).toEqual(read);
    const again = await fetch(`${gateway.url}/asyncapi.yaml`, {
      headers: { 'if-none-match': yaml.headers.get('etag') as string },
    });
    expect(again.status).toBe(304);
  });
});
