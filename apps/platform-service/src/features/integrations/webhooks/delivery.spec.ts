import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger, startService } from '@kit/service';
import { clearMail, eventually, readMail, startSmtpCatcher } from '@kit/testing';
import { REACHES_RECEIVER, type Receiver, startReceiver } from '@kit/testing/outside';
import {
  createOrganization,
  createWebhook,
  enableWebhook,
  getWebhook,
  getWebhookDelivery,
  listWebhookDeliveries,
  removeWebhook,
  type Webhook,
} from '@platform/contracts';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { serviceOptions } from '../../../service-options.js';
import { DeliveryClock } from './clock.js';
import { DeliveryWorker } from './delivery.worker.js';
import { WAITS_MS } from './domain/schedule.js';
import { ForgetOldDeliveries } from './forget-old.job.js';
import { CLAIM_DELIVERIES } from './worker.sql.js';

const HOUR = 3_600_000;
const ORGANIZATION_CREATED = 'platform.organization.created.v1';

let world: PlatformWorld;
let receiver: Receiver;
let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let fjell: TestTenant;
let worker: DeliveryWorker;
let aheadMs = 0;
let stoppedAt: Date | null = null;

beforeAll(async () => {
  [receiver, catcher] = await Promise.all([startReceiver(), startSmtpCatcher()]);
  world = await platformWorld({ ...REACHES_RECEIVER, SMTP_URL: catcher.smtpUrl });
  fjell = await world.tenant('fjell');
  world.service.app.get(DeliveryClock, { strict: false }).now = () => stoppedAt ?? new Date(Date.now() + aheadMs);
  worker = world.service.app.get(DeliveryWorker, { strict: false });
});
afterAll(async () => {
  await world?.stop();
  await receiver?.stop();
  await catcher?.stop();
});
beforeEach(() => {
  aheadMs = 0;
  stoppedAt = null;
});

const caller = () => ({ token: fjell.token });
let paths = 0;
async function hook(more: { ratePerSecond?: number } = {}): Promise<{ id: string; path: string }> {
  const path = `/delivery-${++paths}`;
  const request = { url: receiver.origin + path, eventTypes: [ORGANIZATION_CREATED], ...more };
  return { path, ...(await world.done(createWebhook, request, caller())) };
}
const remove = (...ids: string[]) => Promise.all(ids.map((id) => world.done(removeWebhook, { id }, caller())));
const happen = () => world.done(createOrganization, { name: 'Happened', kind: 'unit' }, caller());
const deliveriesOf = async (id: string) => (await world.done(listWebhookDeliveries, { id }, caller())).data;
const webhook = (id: string): Promise<Webhook> => world.done(getWebhook, { id }, caller());

/** Lets time pass until `at`, and the worker notice. */
function passUntil(at: string | Date): void {
  aheadMs = new Date(at).getTime() - Date.now() + 50;
  worker.wake();
}

describe('a receiver that fails', () => {
  test('is tried ten times over three days under one id, and what is lost at last is listed', async () => {
    const { id, path } = await hook();
    receiver.status(path, 500);
    await happen();
    const begun = Date.now();
    for (let attempt = 1; attempt < 10; attempt++) {
      const [delivery] = await eventually(async () => {
        const found = await deliveriesOf(id);
        expect(found[0]).toMatchObject({ status: 'pending', attempts: attempt });
        return found;
      });
      const wait = new Date(delivery?.nextAttemptAt as string).getTime() - (Date.now() + aheadMs);
      const planned = WAITS_MS[attempt] as number;
      expect(wait).toBeGreaterThan(planned * 0.8 - 5_000);
      expect(wait).toBeLessThan(planned * 1.2 + 5_000);
      expect(receiver.at(path).length).toBe(attempt);
      passUntil(delivery?.nextAttemptAt as string);
    }
    await eventually(async () => expect((await deliveriesOf(id))[0]).toMatchObject({ status: 'failed', attempts: 10 }));
    const hours = (Date.now() + aheadMs - begun) / HOUR;
    expect(hours).toBeGreaterThan(60);
    expect(hours).toBeLessThan(91);
    expect(receiver.at(path).length).toBe(10);
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
    const failed = await world.done(listWebhookDeliveries, { id, status: 'failed' }, caller());
    expect(failed.data.length).toBe(1);
    const { log } = await world.done(getWebhookDelivery, { id, deliveryId: failed.data[0]?.id as string }, caller());
    expect(log.map(({ attempt }) => attempt)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    await remove(id);
  });

  test('for five days, without one success, is disabled: an event, a mail to the administrators, the rest is held', async () => {
    await clearMail(catcher.url);
    const { id, path } = await hook();
    const watching = await world.done(
      createWebhook,
      { url: `${receiver.origin}/watching`, eventTypes: ['platform.webhook.*'] },
      caller(),
    );
    receiver.status(path, 503);
    const start = Date.now();
    for (const hours of [0, 14, 60, 121]) {
      passUntil(new Date(start + hours * HOUR));
      const before = receiver.at(path).length;
      await happen();
      await eventually(() => expect(receiver.at(path).length).toBeGreaterThan(before));
      await eventually(async () =>
        expect((await world.rows("SELECT 1 FROM platform.webhook_deliveries WHERE status = 'sending'")).length).toBe(0),
      );
    }
    await eventually(async () =>
      expect(await webhook(id)).toMatchObject({ status: 'disabled', disabledReason: 'failing' }),
    );
    const before = receiver.at(path).length;
    await happen();
    await eventually(async () => expect((await deliveriesOf(id))[0]?.status).toBe('held'));
    expect(receiver.at(path).length).toBe(before);
    // Written on the sixth day, so due on it.
    await world.rows('UPDATE platform.mails SET next_attempt_at = now()');
    const [mail] = await readMail(catcher, { to: fjell.email, subject: /webhook/i });
    expect(mail?.text).toContain(new URL(receiver.origin).host);
    await eventually(() => expect(receiver.at('/watching').length).toBe(1));
    expect(JSON.parse(receiver.at('/watching')[0]?.body ?? '').data).toEqual({ webhookId: id, reason: 'failing' });
    const { missed } = await world.done(enableWebhook, { id }, caller());
    expect(missed.count).toBeGreaterThanOrEqual(1);
    await remove(id, watching.id);
  });

  test('is forgiven everything for one success', async () => {
    const { id, path } = await hook();
    receiver.status(path, 500);
    await happen();
    await eventually(async () => expect((await webhook(id)).health.consecutiveFailures).toBe(1));
    receiver.status(path, 200);
    await happen();
    await eventually(async () =>
      expect((await webhook(id)).health).toMatchObject({ consecutiveFailures: 0, failingSince: null, heldUntil: null }),
    );
    await remove(id);
  });

  test('with 410 is disabled at once; a redirect is a failure', async () => {
    const [gone, moved] = [await hook(), await hook()];
    receiver.status(gone.path, 410);
    receiver.status(moved.path, 302, { location: `${receiver.origin}/elsewhere` });
    await happen();
    await eventually(async () =>
      expect(await webhook(gone.id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' }),
    );
    await eventually(async () => {
      const [delivery] = await deliveriesOf(moved.id);
      expect(delivery).toMatchObject({ status: 'pending', attempts: 1 });
      expect(delivery?.problem).toContain('redirects are not followed');
    });
    expect(receiver.at('/elsewhere')).toEqual([]);
    expect((await deliveriesOf(gone.id))[0]?.status).toBe('failed');
    await remove(gone.id, moved.id);
  });

  test('because it is overloaded is left alone for as long as it asks', async () => {
    const { id, path } = await hook();
    receiver.status(path, 429, { 'retry-after': '900' });
    await happen();
    const [delivery] = await eventually(async () => {
      const found = await deliveriesOf(id);
      expect(found[0]).toMatchObject({ status: 'pending', attempts: 1 });
      return found;
    });
    const wait = new Date(delivery?.nextAttemptAt as string).getTime() - Date.now();
    expect(Math.round(wait / 60_000)).toBe(15);
    const { heldUntil } = (await webhook(id)).health;
    expect(Math.round((new Date(heldUntil as string).getTime() - Date.now()) / 60_000)).toBe(15);
    await happen();
    await eventually(async () => expect((await deliveriesOf(id)).length).toBe(2));
    worker.wake();
    expect((await deliveriesOf(id))[0]).toMatchObject({ status: 'pending', attempts: 0 });
    expect(receiver.at(path).length).toBe(1);
    await remove(id);
  });

  test('that never answers delays no other, and has no more than eight requests open', async () => {
    const hooks = await Promise.all(Array.from({ length: 20 }, () => hook()));
    const [hanging, ...others] = hooks as [{ id: string; path: string }, ...{ id: string; path: string }[]];
    receiver.answer(hanging.path, () => undefined);
    for (let n = 0; n < 12; n++) await happen();
    await eventually(() => expect(others.map(({ path }) => receiver.at(path).length)).toEqual(others.map(() => 12)));
    expect(receiver.at(hanging.path).length).toBe(8);
    await happen();
    const sent = Date.now();
    await eventually(() => expect(others.every(({ path }) => receiver.at(path).length === 13)).toBe(true));
    expect(Date.now() - sent).toBeLessThan(2_000);
    receiver.hangUp();
    await remove(...hooks.map(({ id }) => id));
  });
});

describe('a receiver that is well', () => {
  test('gets no more than its rate per second, and saves nothing up', async () => {
    const [limited, witness] = [await hook({ ratePerSecond: 3 }), await hook()];
    const begun = Date.now() + 60_000;
    const second = async (at: number, expected: number) => {
      stoppedAt = new Date(begun + at * 1_000);
      worker.wake();
      await eventually(() => expect(receiver.at(limited.path).length).toBe(expected));
    };
    stoppedAt = new Date(begun);
    for (let n = 0; n < 10; n++) await happen();
    await eventually(() => expect(receiver.at(witness.path).length).toBe(10));
    await second(0, 3);
    await second(1, 6);
    // One that is delivered after it shows that there was time for more.
    const next = await hook();
    await happen();
    await eventually(() => expect(receiver.at(next.path).length).toBe(1));
    expect(receiver.at(limited.path).length).toBe(6);
    await second(20, 9);
    await second(21, 11);
    await remove(limited.id, witness.id, next.id);
  });

  test('gets many in a row, each once, and never more than eight at once', async () => {
    const { id, path } = await hook({ ratePerSecond: 1_000 });
    let most = 0;
    const open: ServerResponse[] = [];
    const answerAll = () => {
      for (const response of open.splice(0)) response.writeHead(204).end();
    };
    await happen();
    await eventually(async () => expect((await webhook(id)).health.lastSuccessAt).not.toBeNull());
    receiver.answer(path, (response) => {
      most = Math.max(most, open.push(response));
      // Not before a ninth would have come.
      if (open.length === 8) setTimeout(answerAll, 20);
    });
    await world.rows('UPDATE platform.webhook_endpoints SET held_until = $2 WHERE id = $1', [
      id,
      new Date(Date.now() + HOUR),
    ]);
    for (let n = 0; n < 40; n++) await happen();
    await eventually(async () => expect((await deliveriesOf(id)).length).toBeGreaterThanOrEqual(20));
    await world.rows('UPDATE platform.webhook_endpoints SET held_until = NULL WHERE id = $1', [id]);
    worker.wake();
    await eventually(() => expect(receiver.at(path).length).toBe(41));
    await eventually(async () => {
      const rest = await world.rows("SELECT 1 FROM platform.webhook_deliveries WHERE status IN ('pending', 'sending')");
      expect(rest.length).toBe(0);
    });
    expect(receiver.at(path).length).toBe(41);
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(41);
    expect(most).toBe(8);
    await remove(id);
  });

  test('and then fails gets no more than was open, and what was claimed ahead keeps its attempts', async () => {
    const { id, path } = await hook({ ratePerSecond: 1_000 });
    await happen();
    await eventually(async () => expect((await webhook(id)).health.lastSuccessAt).not.toBeNull());
    const hold = (until: Date | null) =>
      world.rows('UPDATE platform.webhook_endpoints SET held_until = $2 WHERE id = $1', [id, until]);
    await hold(new Date(Date.now() + HOUR));
    for (let n = 0; n < 40; n++) await happen();
    await eventually(async () =>
      expect((await world.rows('SELECT 1 FROM platform.webhook_deliveries WHERE endpoint_id = $1', [id])).length).toBe(
        41,
      ),
    );
    receiver.status(path, 429, { 'retry-after': '900' });
    await hold(null);
    worker.wake();
    await eventually(async () => {
      const rows = await world.rows<{ status: string; attempt: number }>(
        'SELECT status, attempt FROM platform.webhook_deliveries WHERE endpoint_id = $1',
        [id],
      );
      const sent = receiver.at(path).length - 1;
      expect(rows.filter(({ status }) => status === 'sending').length).toBe(0);
      expect(rows.filter(({ status, attempt }) => status === 'pending' && attempt === 1).length).toBe(sent);
      expect(rows.filter(({ status, attempt }) => status === 'pending' && attempt === 0).length).toBe(40 - sent);
      expect(sent).toBeGreaterThanOrEqual(8);
      expect(sent).toBeLessThan(40);
    });
    await remove(id);
  });
});

describe('a process that dies', () => {
  test('after a fact was taken from the stream, before anything was sent: another one sends it', async () => {
    const { id, path } = await hook();
    await worker.onModuleDestroy();
    await happen();
    await eventually(async () => expect((await deliveriesOf(id))[0]).toMatchObject({ status: 'pending', attempts: 0 }));
    expect(receiver.at(path)).toEqual([]);
    const other = await startService({ ...serviceOptions(world.config), logger: createLogger('other', 'silent') });
    try {
      await eventually(() => expect(receiver.at(path).length).toBe(1));

      // And one that died with it in hand: the claim ends, and it is sent under the same id.
      await other.app.get(DeliveryWorker, { strict: false }).onModuleDestroy();
      await happen();
      await eventually(async () => expect((await deliveriesOf(id)).length).toBe(2));
      const claimed = await world.rows(CLAIM_DELIVERIES, [new Date(), 10, 60, 8, 8, [], []]);
      expect(claimed.length).toBe(1);
      expect((await deliveriesOf(id))[0]?.status).toBe('sending');
    } finally {
      await other.stop();
    }
    const third = await startService({ ...serviceOptions(world.config), logger: createLogger('third', 'silent') });
    try {
      expect(receiver.at(path).length).toBe(1);
      third.app.get(DeliveryClock, { strict: false }).now = () => new Date(Date.now() + 61_000);
      third.app.get(DeliveryWorker, { strict: false }).wake();
      await eventually(() => expect(receiver.at(path).length).toBe(2));
    } finally {
      await third.stop();
    }
    expect(new Set(receiver.at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });
});

test('what was sent is forgotten after 30 days, what is still under way is not', async () => {
  const count = async (table: string) => (await world.rows(`SELECT 1 FROM platform.${table}`)).length;
  expect(await count('webhook_attempts')).toBeGreaterThan(0);
  await world.rows(
    "UPDATE platform.webhook_deliveries SET status = 'pending' WHERE id = (SELECT min(id::text)::uuid FROM platform.webhook_deliveries)",
  );
  await world.service.app.get(ForgetOldDeliveries, { strict: false }).turn(new Date(Date.now() + 20 * 24 * HOUR));
  expect(await count('webhook_attempts')).toBeGreaterThan(0);
  await world.service.app.get(ForgetOldDeliveries, { strict: false }).turn(new Date(Date.now() + 40 * 24 * HOUR));
  expect(await Promise.all(['webhook_attempts', 'webhook_deliveries', 'webhook_messages'].map(count))).toEqual([
    0, 1, 1,
  ]);
});
