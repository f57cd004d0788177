import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { digilistOperations } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Operation } from '@kit/contracts';
import { platformOperations } from '@platform/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { listenEvents } from '../live/listen-events.js';
import { aWidget, widgetOperations } from '../testing/widgets.js';
import { startWorld, type World } from '../testing/world.js';
import { openApiOf } from './openapi.js';
import type { Schema } from './schemas.js';

const widgets = widgetOperations.filter(({ id }) => id !== 'loginWidget');
const operations = [
  ...platformOperations,
  ...digilistOperations,
  ...widgets,
  listenEvents,
] as unknown as readonly Operation[];
const document = openApiOf(operations, '1.0.0');
/** What may stand in the body of the request that makes a widget. */
const making = document.paths['/api/v1/widgets']?.post as Record<string, Record<string, Record<string, Schema>>>;
const creation = making.requestBody?.content?.['application/json']?.schema as { properties: Record<string, unknown> };
const folder = mkdtempSync(path.join(tmpdir(), 'openapi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(subject: object): string[] {
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(subject));
  const cli = path.dirname(
    createRequire(path.join(process.cwd(), 'package.json')).resolve('@redocly/cli/package.json'),
  );
  const run = spawnSync(
    process.execPath,
    [
      path.join(cli, 'bin/cli.js'),
      'lint',
      '--extends=recommended',
      '--skip-rule=operation-2xx-response',
      '--format=json',
      file,
    ],
    {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
    },
  );
  const { problems } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{'))) as {
    problems: { message: string; ruleId: string; location: unknown }[];
  };
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${JSON.stringify(location).slice(0, 300)}`,
  );
}

describe('the OpenAPI document', () => {
  it('holds every operation with a route, each with id, summary, tag, permission, module and answers', () => {
    const routed = operations.filter(({ http }) => http);
    for (const operation of routed) {
      const { base, path: below, method } = operation.http as NonNullable<Operation['http']>;
      const found = document.paths[base + below]?.[method.toLowerCase()];
      expect(found).toMatchObject({ operationId: operation.id, summary: operation.summary });
      expect(found?.['x-permission']).toBe(
        operation.access.kind === 'permission' ? operation.access.permission : undefined,
      );
      expect(found?.['x-module'] ?? null).toBe(operation.module);
      const responses = Object.values(found?.responses as Record<string, { $ref?: string }>);
      const codes = responses.flatMap(({ $ref = '' }) => $ref.split('/').at(-1)?.split('-').slice(1) ?? []);
      expect(codes).toEqual(expect.arrayContaining(operation.errors.map(({ code }) => code)));
    }
    expect(Object.values(document.paths).flatMap((item) => Object.keys(item))).toHaveLength(routed.length);
  });

  it('holds no internal operation', () => {
    const internal = operations.filter(({ access }) => access.kind === 'internal').map(({ id }) => id);
    const text = JSON.stringify(document.paths);
    for (const id of internal) expect(text).not.toContain(`"operationId":"${id}"`);
  });

  it('says for each operation how it succeeds', () => {
    for (const item of Object.values(document.paths))
      for (const operation of Object.values(item))
        expect(Object.keys(operation.responses as object).some((status) => /^(2\d\d|303)$/.test(status))).toBe(true);
  });

  // One rule is left out: it holds a redirect, which is all that some routes answer, for no success.
  it('passes a public linter without an error or a warning, which would notice', () => {
    expect(lint(document)).toEqual([]);
    const { summary: _, ...info } = document.info;
    const [address, item] = Object.entries(document.paths)[0] as [string, Record<string, object>];
    const [method, operation] = Object.entries(item)[0] as [string, object];
    const broken = {
      ...document,
      info,
      paths: { [address]: { [method]: { ...operation, responses: { 200: { $ref: '#/nowhere' } } } } },
    };
    expect(lint(broken).join('\n')).toContain('no-unresolved-refs');
  }, 90_000);

  it('shows what is asked in the query of a request with a body there alone, and that a dry run creates nothing', () => {
    const { parameters, responses } = making;
    expect(parameters).toContainEqual({ name: 'dryRun', in: 'query', required: false, schema: { type: 'boolean' } });
    expect(Object.keys(creation.properties)).not.toContain('dryRun');
    expect(Object.keys(responses as object)).toEqual(expect.arrayContaining(['200', '201']));
  });

  it('describes requests and answers as they are: its schemas accept the real ones and refuse others', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://schemas.test/', components: document.components });
    const check = (name: string) => ajv.compile({ $ref: `https://schemas.test/#/components/schemas/${name}` });
    const widget = check('Widget');
    expect(widget(aWidget())).toBe(true);
    expect(widget({ ...aWidget(), colour: null })).toBe(true);
    expect(widget({ ...aWidget(), colour: 'green' })).toBe(false);
    expect(widget({ ...aWidget(), parts: [{ name: 'wheel' }] })).toBe(false);
    const create = ajv.compile(JSON.parse(JSON.stringify(creation).replaceAll('"#/', '"https://schemas.test/#/')));
    expect(create({ name: 'Cart', colour: 'red', parts: [] })).toBe(true);
    expect(create({ name: 'Cart', colour: 'red', parts: [], role: 'admin' })).toBe(false);
    expect(create({ name: 'Cart', parts: [] })).toBe(false);
  });

  it('gives examples that its own schemas accept', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://schemas.test/', components: document.components });
    const local = (schema: unknown) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://schemas.test/#/'));
    const refused: string[] = [];
    for (const [address, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const bodies = [operation.requestBody, ...Object.values(operation.responses as object)] as {
          content?: Record<string, { schema: unknown; example?: unknown }>;
        }[];
        for (const { schema, example } of bodies.flatMap((body) => Object.values(body?.content ?? {}))) {
          if (example === undefined) continue;
          const validate = ajv.compile(local(schema));
          if (!validate(example)) refused.push(`${method} ${address}: ${ajv.errorsText(validate.errors)}`);
        }
      }
    }
    expect(refused).toEqual([]);
  });

  it('names what the contract names: field descriptions, examples and bounds', () => {
    const { properties } = creation;
    expect(properties.name).toEqual({
      type: 'string',
      minLength: 1,
      maxLength: 50,
      description: 'What people call it',
      examples: ['Cart'],
    });
    expect(properties.parts).toMatchObject({
      type: 'array',
      maxItems: 10,
      items: { $ref: '#/components/schemas/Part' },
    });
  });
});

describe('the documents', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('are served with everything the page needs from here, under a policy that allows nothing else', async () => {
    const { url } = await world.gateway();
    const json = await fetch(`${url}/openapi.json`);
    expect(await json.json()).toMatchObject({ openapi: '3.1.0' });
    const page = await fetch(`${url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
    for (const [, source] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await fetch(new URL(source as string, `${url}/docs`));
      expect(asset.status).toBe(200);
    }
  });
});
