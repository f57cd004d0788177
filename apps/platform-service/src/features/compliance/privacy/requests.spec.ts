import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type MailCatcher, query, readMail, startSmtpCatcher } from '@kit/testing';
import {
  cancelDataSubjectRequest,
  closePersonalData,
  confirmDataSubjectIdentity,
  createDataSubjectRequest,
  createUser,
  type DataSubjectRequest,
  decideDataSubjectRequest,
  downloadDataSubjectBundle,
  extendDataSubjectRequest,
  getDataSubjectRequest,
  liftRestriction,
  listDataSubjectRequests,
  registerProduct,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { PrivacyJob } from './privacy.job.js';

const text = (word: string) => ({ nb: word, nn: word, en: word });

let world: PlatformWorld;
let mails: MailCatcher;
let product: TestProduct;
let tenant: TestTenant;
let email: string;
let userId: string;
let token: string;

beforeAll(async () => {
  mails = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: mails.smtpUrl });
  product = await productOf(world);
  const personalData = [
    { key: `${product.key}.reports`, title: text('Reports'), legalBasis: 'public_task' as const, retention: '5 years' },
  ];
  await product.call(registerProduct, reports(product.key, { personalData }));
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
  await mails?.stop();
});

let people = 0;
beforeEach(async () => {
  people += 1;
  tenant = await world.tenant(`requests${people}`);
  email = `kari${people}@example.test`;
  ({ id: userId } = await world.done(
    createUser,
    { email, name: 'Kari Test', password: PASSWORD },
    { token: tenant.token },
  ));
  ({ accessToken: token } = await world.signIn(email, PASSWORD, tenant.slug));
});

const ask = (kind: string, more: object = {}): Promise<DataSubjectRequest> =>
  world.done(createDataSubjectRequest, { kind, ...more }, { token });
const read = (id: string, by = token) => world.done(getDataSubjectRequest, { id }, { token: by });
const close = (requestId: string, more: object = {}) =>
  product.call(closePersonalData, { tenantId: tenant.id, requestId, outcome: 'nothing', parts: 0, ...more });
const completed = (id: string) =>
  eventually(async () => {
    const request = await read(id, tenant.token);
    expect(request.status).toBe('completed');
    return request;
  });
const job = () => world.service.app.get(PrivacyJob, { strict: false });
const states = async (id: string) => {
  const rows = await world.rows<{ payload: string }>(
    "SELECT payload FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%data_subject_request.' || $2 AND subject LIKE 'platform.state.%' ORDER BY pos",
    [tenant.id, id],
  );
  return rows.map(({ payload }) => JSON.parse(payload).data);
};
describe('a request of one’s own', () => {
  test('starts at once after a fresh sign-in, is due in a month, and the person hears of it', async () => {
    const request = await ask('access');
    expect(request).toMatchObject({
      status: 'in_progress',
      identityMethod: 'fresh_sign_in',
      overdue: false,
      participants: [{ key: product.key, status: 'waiting', attempts: 1 }, { key: 'platform' }],
    });
    const days = (Date.parse(request.dueAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(27);
    expect(days).toBeLessThan(33);
    await readMail(mails, { to: email, subject: 'Vi har mottatt kravet ditt' });
  });

  test('needs a sign-in of the last five minutes', async () => {
    await query(
      world.database.urls.superuser,
      `UPDATE platform.sessions SET authenticated_at = now() - interval '6 minutes' WHERE user_id = '${userId}'`,
    );
    expect(await world.code(createDataSubjectRequest, { kind: 'access' }, { token })).toBe('STEP_UP_REQUIRED');
  });

  test('of the same kind can be open once', async () => {
    await ask('access');
    expect(await world.code(createDataSubjectRequest, { kind: 'access' }, { token })).toBe('DATA_SUBJECT_REQUEST_OPEN');
    await ask('portability');
  });

  test('is seen by nobody else but who manages them', async () => {
    const { id } = await ask('access');
    await world.done(
      createUser,
      { email: 'ola@example.test', name: 'Ola', password: PASSWORD },
      { token: tenant.token },
    );
    const other = (await world.signIn('ola@example.test', PASSWORD, tenant.slug)).accessToken;
    expect(await world.code(getDataSubjectRequest, { id }, { token: other })).toBe('NOT_FOUND');
    expect(await world.code(cancelDataSubjectRequest, { id }, { token: other })).toBe('NOT_FOUND');
    expect(await world.code(downloadDataSubjectBundle, { id }, { token: other })).toBe('NOT_FOUND');
    expect(await world.code(listDataSubjectRequests, { userId }, { token: other })).toBe('FORBIDDEN');
    expect((await world.done(listDataSubjectRequests, {}, { token: other })).data).toEqual([]);
    expect(await world.code(extendDataSubjectRequest, { id, reason: 'x' }, { token: other })).toBe('FORBIDDEN');
    expect(await world.code(createDataSubjectRequest, { kind: 'access', userId }, { token: other })).toBe('FORBIDDEN');
    expect((await read(id, tenant.token)).id).toBe(id);
  });

  test('can be taken back as long as nothing was done, once', async () => {
    const { id } = await ask('erasure');
    expect((await world.done(cancelDataSubjectRequest, { id }, { token })).status).toBe('cancelled');
    expect(await world.code(cancelDataSubjectRequest, { id }, { token })).toBe('DATA_SUBJECT_REQUEST_STATUS_INVALID');
    expect((await states(id)).at(-1)).toMatchObject({ status: 'cancelled', awaiting: [] });
    const again = await ask('erasure');
    await close(again.id, { outcome: 'completed', erased: { [`${product.key}.reports`]: 3 } });
    expect(await world.code(cancelDataSubjectRequest, { id: again.id }, { token })).toBe(
      'DATA_SUBJECT_REQUEST_STATUS_INVALID',
    );
  });

  test('about no person is refused', async () => {
    const [row] = await world.rows<{ id: string }>(
      'SELECT service_user_id AS id FROM platform.tenants WHERE tenant_id = $1',
      [tenant.id],
    );
    const request = { kind: 'erasure', userId: row?.id };
    expect(await world.code(createDataSubjectRequest, request, { token: tenant.token })).toBe(
      'ERASURE_NOT_FOR_SERVICES',
    );
    expect(
      await world.code(createDataSubjectRequest, { kind: 'erasure', userId: uuidv7() }, { token: tenant.token }),
    ).toBe('NOT_FOUND');
  });
});

describe('a request that an administrator records', () => {
  test('waits until somebody made sure who is asking', async () => {
    const created = await world.done(createDataSubjectRequest, { kind: 'access', userId }, { token: tenant.token });
    expect(created).toMatchObject({ status: 'identity_check', participants: [], identityMethod: null });
    const identity = { id: created.id, method: 'in_person', note: 'Passport shown' };
    expect(await world.done(confirmDataSubjectIdentity, identity, { token: tenant.token })).toMatchObject({
      status: 'in_progress',
      identityMethod: 'in_person',
    });
    expect(await world.code(confirmDataSubjectIdentity, identity, { token: tenant.token })).toBe(
      'DATA_SUBJECT_REQUEST_STATUS_INVALID',
    );
  });

  test('starts at once when they say how they made sure, and what they wrote lies sealed', async () => {
    const request = {
      kind: 'access',
      userId,
      identity: { method: 'electronic_id', note: 'secret-note' },
      details: 'secret-details',
    };
    const created = await world.done(createDataSubjectRequest, request, { token: tenant.token });
    expect(created).toMatchObject({ status: 'in_progress', details: 'secret-details' });
    const [row] = await world.rows('SELECT r::text AS row FROM platform.data_subject_requests r WHERE id = $1', [
      created.id,
    ]);
    expect(row?.row).not.toContain('secret');
  });

  test('stands in the queue by its time limit, with filters', async () => {
    const first = await ask('access');
    const second = await ask('restriction');
    const list = async (filter: object) =>
      (await world.done(listDataSubjectRequests, filter, { token: tenant.token })).data.map(({ id }) => id);
    expect(await list({})).toEqual([first.id, second.id]);
    expect(await list({ kind: 'restriction' })).toEqual([second.id]);
    expect(await list({ status: 'completed' })).toEqual([]);
    expect(await list({ overdue: true })).toEqual([]);
    const { data, nextCursor } = await world.done(listDataSubjectRequests, { limit: 1 }, { token: tenant.token });
    expect(data.map(({ id }) => id)).toEqual([first.id]);
    expect(await list({ cursor: nextCursor as string })).toEqual([second.id]);
  });
});

describe('the time limit', () => {
  test('is extended once, by two months, with a reason that the person is told', async () => {
    const { id, dueAt } = await ask('access');
    const extended = await world.done(
      extendDataSubjectRequest,
      { id, reason: 'Very many papers' },
      { token: tenant.token },
    );
    const days = (Date.parse(extended.dueAt) - Date.parse(dueAt)) / 86_400_000;
    expect(days).toBeGreaterThan(57);
    expect(days).toBeLessThan(64);
    expect(extended.extensionReason).toBe('Very many papers');
    const mail = await readMail(mails, { to: email, subject: 'Svaret tar lengre tid' });
    expect(JSON.stringify(mail)).toContain('Very many papers');
    expect(await world.code(extendDataSubjectRequest, { id, reason: 'More' }, { token: tenant.token })).toBe(
      'DATA_SUBJECT_REQUEST_EXTENDED',
    );
  });

  test('that passes is told once, to those who manage requests', async () => {
    const { id } = await ask('access');
    await query(
      world.database.urls.superuser,
      `UPDATE platform.data_subject_requests SET due_at = now() - interval '1 hour' WHERE id = '${id}'`,
    );
    await job().turn(new Date());
    await job().turn(new Date());
    expect((await read(id)).overdue).toBe(true);
    expect((await world.done(listDataSubjectRequests, { overdue: true }, { token: tenant.token })).data).toHaveLength(
      1,
    );
    await readMail(mails, { to: tenant.email, subject: 'Et krav om personvern er over fristen' });
    const events = await world.rows(
      "SELECT 1 FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%.data_subject_request.%.overdue.v1'",
      [tenant.id],
    );
    expect(events).toHaveLength(1);
  });
});

describe('a rectification or an objection', () => {
  test('is decided by somebody, and completes when the products have answered too', async () => {
    const { id } = await ask('rectification', { details: 'My name is spelt wrong' });
    const decided = await world.done(
      decideDataSubjectRequest,
      { id, outcome: 'completed', answer: 'Corrected' },
      { token: tenant.token },
    );
    expect(decided).toMatchObject({ status: 'in_progress', answer: 'Corrected', details: 'My name is spelt wrong' });
    await close(id, { outcome: 'completed' });
    await completed(id);
    const mail = await readMail(mails, { to: email, subject: 'Svar på kravet ditt' });
    expect(JSON.stringify(mail)).toContain('Corrected');
    const events = await world.rows(
      `SELECT 1 FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%.data_subject.' || $2 || '.rectified.v1'`,
      [tenant.id, userId],
    );
    expect(events).toHaveLength(1);
  });

  test('waits for the decision though every product has answered', async () => {
    const { id } = await ask('objection', { details: 'Leave me alone' });
    await close(id);
    await eventually(async () =>
      expect(await world.rows('SELECT next_step_at FROM platform.data_subject_requests WHERE id = $1', [id])).toEqual([
        { next_step_at: null },
      ]),
    );
    expect((await read(id)).status).toBe('in_progress');
    const refusal = { id, outcome: 'refused', answer: 'The law asks us to' };
    expect((await world.done(decideDataSubjectRequest, refusal, { token: tenant.token })).status).toBe('refused');
    expect(await world.code(decideDataSubjectRequest, refusal, { token: tenant.token })).toBe(
      'DATA_SUBJECT_REQUEST_STATUS_INVALID',
    );
  });
});

describe('a restriction', () => {
  test('holds from its beginning, is told to the products, and ends when it is lifted', async () => {
    const { id, restricts } = await ask('restriction', { details: 'While you look into it' });
    expect(restricts).toBe(true);
    expect((await states(id))[0]).toMatchObject({ restricts: true, awaiting: [product.key] });
    expect(await world.code(liftRestriction, { id, reason: 'x' }, { token: tenant.token })).toBe(
      'DATA_SUBJECT_REQUEST_STATUS_INVALID',
    );
    await close(id, { outcome: 'completed' });
    expect((await completed(id)).restricts).toBe(true);
    const lifted = await world.done(liftRestriction, { id, reason: 'It was right' }, { token: tenant.token });
    expect(lifted.restricts).toBe(false);
    expect((await states(id)).at(-1)).toMatchObject({ restricts: false, status: 'completed' });
  });
});
