import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import { REACHES_RECEIVER, type Receiver, startReceiver } from '@kit/testing/outside';
import {
  createOrganization,
  createWebhook,
  disableWebhook,
  enableWebhook,
  getWebhook,
  getWebhookDelivery,
  getWebhookReplay,
  listWebhookDeliveries,
  listWebhookEventTypes,
  listWebhooks,
  putSubscription,
  registerProduct,
  removeWebhook,
  replayWebhook,
  replayWebhookDelivery,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
  type WebhookWithSecret,
} from '@platform/contracts';
import { Webhook as Verifier } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let receiver: Receiver;
let product: TestProduct;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await platformWorld(REACHES_RECEIVER);
  product = await productOf(world);
  const { key } = product;
  const fact = { type: 'object', properties: { reportId: { type: 'string' } }, required: ['reportId'] };
  await product.call(
    registerProduct,
    reports(key, {
      eventStream: { stream: `${key.toUpperCase()}_EVENTS`, durable: 'platform_webhooks' },
      webhookEvents: [
        {
          type: `${key}.report.published.v1`,
          title: { nb: 'Publisert', nn: 'Publisert', en: 'Published' },
          schema: fact,
          example: { reportId: 'r1' },
          module: `${key}.reports`,
        },
      ],
    }),
  );
  fjell = await world.tenant('fjell', { subscription: { product: key, planKey: 'small' } });
  vidde = await world.tenant('vidde');
});

afterAll(async () => {
  await product?.close();
  await world?.stop();
  await receiver?.stop();
});

let paths = 0;
/** A webhook at a path of its own. */
async function hook(eventTypes: string[], tenant = fjell): Promise<WebhookWithSecret & { path: string }> {
  const path = `/hook-${++paths}`;
  const made = await world.done(createWebhook, { url: receiver.origin + path, eventTypes }, { token: tenant.token });
  return { ...made, path };
}

/** Something happens in a tenant. */
const happen = (tenant = fjell) =>
  world.done(createOrganization, { name: 'Happened', kind: 'unit' }, { token: tenant.token });
const ORGANIZATION_CREATED = 'platform.organization.created.v1';
const deliveriesOf = async (id: string, tenant = fjell) =>
  (await world.done(listWebhookDeliveries, { id }, { token: tenant.token })).data;

describe('a webhook', () => {
  test('gets what it subscribed to, signed so that the public verifier takes it and nothing altered', async () => {
    const { path, secret, id } = await hook([ORGANIZATION_CREATED]);
    const { id: organizationId } = await happen();
    await eventually(() => expect(receiver.at(path).length).toBe(1));
    const { headers, body } = receiver.first(path);
    const verifier = new Verifier(secret);
    const content = verifier.verify(body, headers) as Record<string, unknown>;
    expect(content).toMatchObject({ type: ORGANIZATION_CREATED, aggregateId: organizationId, version: 1 });
    expect(content.data).toEqual({ parentId: null, kind: 'unit' });
    expect(headers['webhook-id']).not.toContain('.');
    expect(headers['webhook-id']).toContain(id);

    const refused = (altered: Record<string, string>, text = body) => {
      expect(() => verifier.verify(text, { ...headers, ...altered })).toThrow();
    };
    refused({}, body.replace('unit', 'unif'));
    refused({ 'webhook-id': `${headers['webhook-id']}x` });
    refused({ 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) });
    const old = String(Math.floor(Date.now() / 1000) - 301);
    refused({ 'webhook-timestamp': old });
    const signedLongAgo = verifier.sign(headers['webhook-id'] as string, new Date(Number(old) * 1000), body);
    refused({ 'webhook-timestamp': old, 'webhook-signature': signedLongAgo });
    expect(() => new Verifier(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(body, headers)).toThrow();
  });

  test('gets nothing of another tenant, of other types, or after it was removed', async () => {
    const mine = await hook([ORGANIZATION_CREATED]);
    const other = await hook(['platform.user.*']);
    const gone = await hook([ORGANIZATION_CREATED]);
    await world.done(removeWebhook, { id: gone.id }, { token: fjell.token });
    await happen(vidde);
    await happen();
    await eventually(() => expect(receiver.at(mine.path).length).toBe(1));
    expect([receiver.at(other.path).length, receiver.at(gone.path).length]).toEqual([0, 0]);
    expect(await world.code(getWebhook, { id: gone.id }, { token: fjell.token })).toBe('NOT_FOUND');
    expect(await world.code(getWebhook, { id: mine.id }, { token: vidde.token })).toBe('NOT_FOUND');
  });

  test('gets the facts of a product, when the licence includes their module', async () => {
    const { key } = product;
    const licensed = await hook([`${key}.*`]);
    const everything = await hook(['*'], vidde);
    const reportId = uuidv7();
    await product.tell(vidde.id, 'report', 'published', reportId, { reportId });
    await product.tell(fjell.id, 'report', 'published', reportId, { reportId });
    await eventually(() => expect(receiver.at(licensed.path).length).toBe(1));
    expect(JSON.parse(receiver.at(licensed.path)[0]?.body ?? '')).toMatchObject({
      type: `${key}.report.published.v1`,
      aggregateId: reportId,
      data: { reportId },
    });
    await happen(vidde);
    await eventually(() => expect(receiver.at(everything.path).length).toBe(1));
    expect(receiver.at(everything.path)[0]?.body).toContain(ORGANIZATION_CREATED);

    for (const type of [`${key}.report.published.v1`, `${key}.*`]) {
      const request = { url: `${receiver.origin}/x`, eventTypes: [type] };
      expect(await world.code(createWebhook, request, { token: vidde.token })).toBe('WEBHOOK_EVENT_NOT_ENTITLED');
    }
    const subscription = { id: vidde.id, product: key, planKey: 'small' };
    await world.done(putSubscription, subscription, { token: await world.superToken() });
    await hook([`${key}.report.published.v1`], vidde);
  });

  test('a fact in the name of another product is parked and not delivered', async () => {
    const { path } = await hook(['*']);
    const before = await world.rows('SELECT id FROM platform.dead_letters');
    const forged = { type: ORGANIZATION_CREATED, time: new Date().toISOString(), subject: 'x', data: {} };
    await product.forge(fjell.id, forged);
    await product.tell(fjell.id, 'report', 'published', uuidv7(), {});
    await eventually(async () =>
      expect((await world.rows('SELECT id FROM platform.dead_letters')).length).toBe(before.length + 1),
    );
    await eventually(() => expect(receiver.at(path).length).toBe(1));
    expect(receiver.at(path)[0]?.body).toContain('report.published');
  });
});

describe('what is refused', () => {
  const create = (url: string, eventTypes: string[]) =>
    world.code(createWebhook, { url, eventTypes }, { token: fjell.token });

  test('URLs that are not public, event types that are none', async () => {
    for (const url of ['http://10.0.0.1/', 'https://user:pass@example.com/', 'ftp://example.com/', 'http://[::1]/']) {
      expect(await create(url, ['*'])).toBe('WEBHOOK_URL_REFUSED');
    }
    for (const type of ['acme.nothing.happened.v1', 'acme.*', '**', 'platform.organization', '']) {
      expect(await create('https://example.com/', [type])).toBe('WEBHOOK_EVENT_UNKNOWN');
    }
    expect(await create('https://example.com/', [])).toBe('WEBHOOK_EVENT_UNKNOWN');
  });

  test('a change without the version that was read, an URL it may not be changed to', async () => {
    const { id } = await hook(['platform.user.*']);
    const update = (request: object, ifMatch?: number) =>
      world.code(updateWebhook, { id, ...request }, { token: fjell.token, ...(ifMatch && { ifMatch }) });
    expect(await update({ description: 'x' })).toBe('PRECONDITION_REQUIRED');
    expect(await update({ description: 'x' }, 7)).toBe('STALE_VERSION');
    expect(await update({ url: 'https://localhost/' }, 1)).toBe('WEBHOOK_URL_REFUSED');
    expect(await update({ description: 'x' }, 1)).toBe('OK');
    expect(await world.done(getWebhook, { id }, { token: fjell.token })).toMatchObject({
      description: 'x',
      version: 2,
    });
  });

  test('tests and replays of a disabled webhook, periods that end before they begin', async () => {
    const { id } = await hook(['platform.user.*']);
    const period = { since: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' };
    expect(await world.code(replayWebhook, { id, ...period }, { token: fjell.token })).toBe('VALIDATION_FAILED');
    await world.done(disableWebhook, { id }, { token: fjell.token });
    expect(await world.code(testWebhook, { id }, { token: fjell.token })).toBe('WEBHOOK_DISABLED');
    expect(await world.code(testWebhook, { id, eventType: 'x' }, { token: fjell.token })).toBe('WEBHOOK_EVENT_UNKNOWN');
    const good = { ...period, until: '2026-02-01T00:00:00Z' };
    expect(await world.code(replayWebhook, { id, ...good }, { token: fjell.token })).toBe('WEBHOOK_DISABLED');
  });
});

describe('secrets', () => {
  test('are shown once, and nowhere in the database', async () => {
    const { id, secret } = await hook(['platform.user.*']);
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const shown = [
      await world.done(getWebhook, { id }, { token: fjell.token }),
      await world.done(listWebhooks, {}, { token: fjell.token }),
    ];
    expect(JSON.stringify(shown)).not.toContain(secret.slice(6));
    const [stored] = await world.rows<{ secret_sealed: string }>(
      'SELECT secret_sealed FROM platform.webhook_secrets WHERE endpoint_id = $1',
      [id],
    );
    expect(stored?.secret_sealed).toMatch(/^v1\./);
  });

  test('old and new one sign for a day after a rotation, then only the new one, and never more than five', async () => {
    const { id, path, secret } = await hook([ORGANIZATION_CREATED]);
    const rotated = await world.done(rotateWebhookSecret, { id }, { token: fjell.token });
    expect(rotated.secret).not.toBe(secret);
    await happen();
    await eventually(() => expect(receiver.at(path).length).toBe(1));
    const { headers, body } = receiver.first(path);
    expect(headers['webhook-signature']?.split(' ').length).toBe(2);
    new Verifier(secret).verify(body, headers);
    new Verifier(rotated.secret).verify(body, headers);

    await world.rows(
      `UPDATE platform.webhook_secrets SET signs_until = now() WHERE endpoint_id = $1 AND signs_until IS NOT NULL
         AND signs_until BETWEEN now() + interval '23 hours 59 minutes' AND now() + interval '24 hours'`,
      [id],
    );
    await happen();
    await eventually(() => expect(receiver.at(path).length).toBe(2));
    expect(receiver.at(path)[1]?.headers['webhook-signature']?.toString().split(' ').length).toBe(1);

    const codes = [];
    for (let n = 0; n < 5; n++) codes.push(await world.code(rotateWebhookSecret, { id }, { token: fjell.token }));
    expect(codes).toEqual(['OK', 'OK', 'OK', 'OK', 'WEBHOOK_TOO_MANY_SECRETS']);
  });
});

describe('what was sent', () => {
  test('a test sends the example of the catalogue once, and its attempt is in the log without what may sign in', async () => {
    const { id, path } = await hook(['platform.user.*']);
    receiver.answer(path, (response) =>
      response.writeHead(500, { 'set-cookie': 'session=1', 'x-served-by': 'me' }).end(`no\0${'y'.repeat(3_000)}`),
    );
    const { key } = product;
    const sent = await world.done(testWebhook, { id, eventType: `${key}.report.published.v1` }, { token: fjell.token });
    expect(sent).toMatchObject({ test: true, status: 'pending' });
    const details = () => world.done(getWebhookDelivery, { id, deliveryId: sent.id }, { token: fjell.token });
    await eventually(async () => expect((await details()).status).toBe('failed'));
    const { body, log, problem } = await details();
    expect(JSON.parse(body)).toMatchObject({ type: `${key}.report.published.v1`, data: { reportId: 'r1' } });
    expect(problem).toBe('The receiver answered 500.');
    expect(log.length).toBe(1);
    expect(log[0]).toMatchObject({ statusCode: 500, attempt: 1, round: 1 });
    expect(log[0]?.responseHeaders).toMatchObject({ 'x-served-by': 'me' });
    expect(log[0]?.responseHeaders).not.toHaveProperty('set-cookie');
    expect(log[0]?.responseBody?.length).toBe(1_024);
    expect(await world.done(getWebhook, { id }, { token: fjell.token })).toMatchObject({
      health: { consecutiveFailures: 0 },
    });
  });

  test('what a dump of the database shows of a delivery is sealed', async () => {
    const { id, path } = await hook([ORGANIZATION_CREATED]);
    receiver.answer(path, (response) => response.end('confidential answer'));
    const { id: organizationId } = await happen();
    await eventually(async () => expect((await deliveriesOf(id))[0]?.status).toBe('delivered'));
    const messages = await world.rows('SELECT content_sealed FROM platform.webhook_messages');
    const attempts = await world.rows('SELECT * FROM platform.webhook_attempts');
    expect(JSON.stringify(messages)).not.toContain(organizationId);
    expect(JSON.stringify(attempts)).not.toContain('confidential');
  });

  test('one is sent again under the same id, marked; twice at once is once', async () => {
    const { id, path, secret } = await hook([ORGANIZATION_CREATED]);
    await happen();
    await eventually(async () => expect((await deliveriesOf(id))[0]?.status).toBe('delivered'));
    const deliveryId = (await deliveriesOf(id))[0]?.id as string;
    const replay = () => world.done(replayWebhookDelivery, { id, deliveryId }, { token: fjell.token });
    const [one, other] = await Promise.all([replay(), replay()]);
    expect([one.messageId, other.messageId]).toEqual([receiver.at(path)[0]?.headers['webhook-id'], one.messageId]);
    await eventually(async () => expect((await deliveriesOf(id))[0]?.status).toBe('delivered'));
    const [first, second, ...more] = receiver.at(path);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect([first?.headers['webhook-replay'], second?.headers['webhook-replay']]).toEqual([undefined, '1']);
    expect(more.length).toBeLessThanOrEqual(1);
    new Verifier(secret).verify(second?.body ?? '', second?.headers as Record<string, string>);
  });

  test('what was missed while it was disabled is offered and replayed by period, with progress', async () => {
    const { id, path } = await hook([ORGANIZATION_CREATED]);
    await happen();
    await eventually(async () => expect((await deliveriesOf(id))[0]?.status).toBe('delivered'));
    await world.done(disableWebhook, { id }, { token: fjell.token });
    for (let n = 0; n < 3; n++) await happen();
    await eventually(async () => expect((await deliveriesOf(id)).filter((d) => d.status === 'held').length).toBe(3));
    const enabled = await world.done(enableWebhook, { id }, { token: fjell.token });
    expect(enabled.missed.count).toBe(3);
    expect(receiver.at(path).length).toBe(1);
    const until = new Date(Date.now() + 60_000).toISOString();
    const period = { id, since: enabled.missed.since as string, until };
    const replay = await world.done(replayWebhook, period, { token: fjell.token });
    expect(replay).toMatchObject({ total: 3, onlyFailed: true });
    const progress = () => world.done(getWebhookReplay, { id, replayId: replay.id }, { token: fjell.token });
    await eventually(async () =>
      expect(await progress()).toMatchObject({ status: 'completed', delivered: 3, failed: 0, remaining: 0 }),
    );
    expect(receiver.at(path).length).toBe(4);
    const again = await world.done(replayWebhook, period, { token: fjell.token });
    expect(again).toMatchObject({ total: 0, status: 'completed' });
    const all = await world.done(replayWebhook, { ...period, onlyFailed: false }, { token: fjell.token });
    expect(all.total).toBe(3);
  });
});

test('the catalogue names every type with a schema and an example of the whole body, page by page', async () => {
  const types: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.done(
      listWebhookEventTypes,
      { limit: 7, ...(cursor && { cursor }) },
      { token: fjell.token },
    );
    for (const { type, schema, example } of page.data) {
      types.push(type);
      expect(schema).toMatchObject({ type: 'object' });
      expect(example).toMatchObject({ type, aggregateId: expect.any(String), version: 1 });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(types).toContain(ORGANIZATION_CREATED);
  expect(types).toContain(`${product.key}.report.published.v1`);
  expect(types).toEqual([...types].sort());
});
