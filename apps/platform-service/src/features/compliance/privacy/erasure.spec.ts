import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  eventually,
  type MailCatcher,
  markPerson,
  query,
  readMail,
  rowsHolding,
  startSmtpCatcher,
  unannotatedColumns,
} from '@kit/testing';
import {
  closePersonalData,
  createDataSubjectRequest,
  createUser,
  downloadDataSubjectBundle,
  getDataSubjectRequest,
  getMe,
  liftLegalHold,
  listAuditLogs,
  listDataSubjectRequests,
  listLegalHolds,
  placeLegalHold,
  registerProduct,
  verifyAuditLogs,
} from '@platform/contracts';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { filesIn } from '../../../../test/zip.js';
import { Vault } from '../../../secrets/index.js';
import { ErasureService } from './erasure.service.js';
import { PLATFORM_REGISTRY } from './personal-data.js';
import { PrivacyJob } from './privacy.job.js';

const text = (word: string) => ({ nb: word, nn: word, en: word });

let world: PlatformWorld;
let mails: MailCatcher;
let product: TestProduct;
let folder: string;
let erasureLog: string;
let tenant: TestTenant;
let email: string;
let userId: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erasures-'));
  erasureLog = join(folder, 'erasures.jsonl');
  mails = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: mails.smtpUrl, PLATFORM_ERASURE_LOG: erasureLog });
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
  await rm(folder, { recursive: true, force: true });
});

let people = 0;
beforeEach(async () => {
  people += 1;
  tenant = await world.tenant(`erasure${people}`);
  email = `kari.erasure${people}@example.test`;
  const request = { email, name: `Kari Nordmann ${people}`, password: PASSWORD };
  ({ id: userId } = await world.done(createUser, request, { token: tenant.token }));
  ({ accessToken: token } = await world.signIn(email, PASSWORD, tenant.slug));
});

const superuser = (statement: string) => query(world.database.urls.superuser, statement);
const ask = (kind = 'erasure', by = token, more: object = {}) =>
  world.done(createDataSubjectRequest, { kind, ...more }, { token: by });
const read = (id: string) => world.done(getDataSubjectRequest, { id }, { token: tenant.token });
const answer = (requestId: string, more: object = {}) =>
  product.call(closePersonalData, { tenantId: tenant.id, requestId, outcome: 'completed', parts: 0, ...more });
const completed = (id: string) =>
  eventually(async () => {
    const request = await read(id);
    expect(request.status).toBe('completed');
    return request;
  });
const erase = async () => {
  const { id } = await ask();
  await answer(id, { erased: { [`${product.key}.reports`]: 2 } });
  return completed(id);
};
const user = async (id = userId) => (await world.rows('SELECT * FROM platform.users WHERE id = $1', [id]))[0];

describe('what is personal', () => {
  test('is annotated or declared impersonal, column by column: one that nobody thought of fails here', async () => {
    expect(await unannotatedColumns(world.database.urls.superuser, PLATFORM_REGISTRY)).toEqual([]);
  });

  test('a column more is noticed', async () => {
    await superuser('ALTER TABLE platform.users ADD COLUMN nickname text');
    const found = await unannotatedColumns(world.database.urls.superuser, PLATFORM_REGISTRY);
    await superuser('ALTER TABLE platform.users DROP COLUMN nickname');
    expect(found).toContain('users.nickname');
  });

  test('is in the export, all of it, and afterwards nowhere but where the law keeps it', async () => {
    const vault = world.service.app.get(Vault, { strict: false });
    const erasure = world.service.app.get(ErasureService, { strict: false });
    const marked = await world.tenant('marked');
    const created = await world.done(
      createUser,
      { email: 'm@example.test', name: 'M', password: PASSWORD },
      { token: marked.token },
    );
    const person = { tenantId: marked.id, userId: created.id, email: 'm@example.test' };
    const markers = await markPerson(world.database.urls.superuser, PLATFORM_REGISTRY, person, (plain, place) =>
      erasure.run(marked.id, marked.serviceUserId, (tx) => vault.seal(tx, plain, place)),
    );
    await superuser(
      `UPDATE platform.data_subject_requests SET kind = 'access', status = 'completed' WHERE tenant_id = '${marked.id}';
       UPDATE platform.legal_holds SET status = 'lifted', lifted_at = now() WHERE tenant_id = '${marked.id}'`,
    );
    const request = { userId: created.id, identity: { method: 'in_person', note: 'Seen' } };
    const by = { token: marked.token };
    const { id } = await world.done(createDataSubjectRequest, { kind: 'access', ...request }, by);
    const finished = (requestId: string) =>
      eventually(async () =>
        expect((await world.done(getDataSubjectRequest, { id: requestId }, by)).status).toBe('completed'),
      );
    await product.call(closePersonalData, { tenantId: marked.id, requestId: id, outcome: 'nothing', parts: 0 });
    await finished(id);
    const chunk = await world.done(downloadDataSubjectBundle, { id }, by);
    const exported = JSON.stringify(filesIn(Buffer.from(chunk.content, 'base64')));
    const withheld = new Set(
      PLATFORM_REGISTRY.tables.flatMap(({ table, columns }) =>
        Object.entries(columns).flatMap(([column, { withheld }]) => (withheld ? [`${table}.${column}`] : [])),
      ),
    );
    expect(markers.size).toBeGreaterThan(20);
    for (const [column, marker] of markers) {
      if (withheld.has(column)) expect([column, exported.includes(marker)]).toEqual([column, false]);
      else expect([column, exported.includes(marker)]).toEqual([column, true]);
    }

    const erasing = await world.done(createDataSubjectRequest, { kind: 'erasure', ...request }, by);
    await product.call(closePersonalData, { tenantId: marked.id, requestId: erasing.id, outcome: 'nothing', parts: 0 });
    await finished(erasing.id);
    const kept = PLATFORM_REGISTRY.tables.flatMap(({ table, kept }) => (kept ? [table] : []));
    await eventually(async () => {
      const left = await rowsHolding(world.database.urls.superuser, 'platform', 'marker-');
      expect(left.filter((row) => !kept.some((table) => row.startsWith(`${table}:`)))).toEqual([]);
    });
  }, 60_000);
});

describe('somebody who is erased', () => {
  test('is told, is signed out, and leaves an id with a pseudonym', async () => {
    const done = await erase();
    expect(done.participants).toMatchObject([
      { key: product.key, status: 'completed', erased: { [`${product.key}.reports`]: 2 } },
      { key: 'platform', status: 'completed', erased: { 'platform.security': expect.any(Number) } },
    ]);
    expect(await user()).toMatchObject({
      status: 'deactivated',
      name: expect.stringMatching(/^erased-[0-9a-f]{32}$/),
      email: expect.stringMatching(/^erased-[0-9a-f]{32}@erased\.invalid$/),
    });
    expect(await world.code(getMe, {}, { token })).not.toBe('OK');
    await expect(world.signIn(email, PASSWORD, tenant.slug)).rejects.toThrow('AUTH_INVALID_CREDENTIALS');
    await readMail(mails, { to: email, subject: 'Svar på kravet ditt' });
    const sessions = await world.rows('SELECT DISTINCT end_reason FROM platform.sessions WHERE user_id = $1', [userId]);
    expect(sessions).toEqual([{ end_reason: 'erased' }]);
  });

  test('stands in no row of the database any more, neither by address nor by name', async () => {
    await ask('access');
    await ask('rectification', token, { details: `I am Kari Nordmann ${people}` });
    await erase();
    for (const trace of [email, `Kari Nordmann ${people}`]) {
      await eventually(async () =>
        expect(await rowsHolding(world.database.urls.superuser, 'platform', trace)).toEqual([]),
      );
    }
  });

  test('reaches products as the state of a user without a name, and recipients as a fact', async () => {
    await erase();
    const rows = await world.rows<{ payload: string }>(
      `SELECT payload FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE 'platform.state.%.user.' || $2 ORDER BY pos`,
      [tenant.id, userId],
    );
    expect(JSON.parse(rows.at(-1)?.payload as string).data).toMatchObject({
      status: 'deactivated',
      name: expect.stringMatching(/^erased-/),
    });
    const facts = await world.rows(
      `SELECT 1 FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%.data_subject.' || $2 || '.erased.v1'`,
      [tenant.id, userId],
    );
    expect(facts).toHaveLength(1);
  });

  test('can open an account with the same address again, as somebody new', async () => {
    await erase();
    const again = await world.done(createUser, { email, name: 'Kari', password: PASSWORD }, { token: tenant.token });
    expect(again.id).not.toBe(userId);
    await world.signIn(email, PASSWORD, tenant.slug);
  });

  test('is another pseudonym in another tenant, and no other account is touched', async () => {
    const other = await world.tenant(`beside${people}`);
    const twin = await world.done(createUser, { email, name: 'Kari', password: PASSWORD }, { token: other.token });
    await erase();
    expect(await user(twin.id)).toMatchObject({ email, name: 'Kari', status: 'active' });
    const [row] = await world.rows(
      'SELECT count(DISTINCT pseudonym)::int AS pseudonyms, count(*)::int AS rows FROM platform.erasures',
    );
    expect(row?.pseudonyms).toBe(row?.rows);
  });

  test('cannot be read in the audit log any more, and the chain still verifies', async () => {
    const ip = '192.0.2.77';
    const request = { kind: 'objection', details: 'Because' };
    await world.done(createDataSubjectRequest, request, { token, ip });
    const addresses = async () => {
      const { data } = await world.done(listAuditLogs, { actorId: userId, limit: 100 }, { token: tenant.token });
      return data.map((record) => record.ip);
    };
    await eventually(async () => expect(await addresses()).toContain(ip));
    await erase();
    await eventually(async () => {
      const done = { action: 'platform.data-subject-request.complete' };
      expect((await world.done(listAuditLogs, done, { token: tenant.token })).data).toHaveLength(1);
    });
    await world.service.app.get(PrivacyJob, { strict: false }).turn(new Date());
    const keys = await world.rows<{ status: string; wrapped: unknown }>(
      'SELECT DISTINCT status, wrapped FROM platform.data_keys WHERE tenant_id = $1 AND subject_id = $2',
      [tenant.id, userId],
    );
    expect(keys).toEqual([{ status: 'destroyed', wrapped: null }]);
    const left = await addresses();
    expect(left.length).toBeGreaterThan(0);
    expect(left).not.toContain(ip);
    expect(await world.done(verifyAuditLogs, {}, { token: tenant.token })).toMatchObject({ intact: true });
  });

  test('takes nothing else up again: whatever else they asked for is over', async () => {
    const { id } = await ask('access');
    await erase();
    expect((await read(id)).status).toBe('cancelled');
    expect(await world.code(createDataSubjectRequest, { kind: 'access', userId }, { token: tenant.token })).toBe(
      'NOT_FOUND',
    );
  });
});

describe('an erasure waits', () => {
  test('for every product, and PLATFORM’s own part comes last', async () => {
    const { id } = await ask();
    // PLATFORM has had its turn at it, and planned the next one.
    await eventually(async () => {
      const found = 'SELECT updated_by FROM platform.data_subject_requests WHERE id = $1';
      expect(await world.rows(found, [id])).toEqual([{ updated_by: tenant.serviceUserId }]);
    });
    expect((await read(id)).participants).toMatchObject([
      { status: 'waiting' },
      { key: 'platform', status: 'waiting' },
    ]);
    expect(await user()).toMatchObject({ email });
    await answer(id);
    await completed(id);
  });

  test('while a legal hold lasts, says why, and goes on when it is lifted', async () => {
    const by = { token: tenant.token };
    const hold = await world.done(placeLegalHold, { userId, reason: 'A claim is open' }, by);
    const { id } = await ask();
    await answer(id);
    await eventually(async () => {
      const mine = await world.done(getDataSubjectRequest, { id }, { token });
      expect(mine).toMatchObject({
        status: 'in_progress',
        blockedBy: [{ kind: 'legal_hold', reason: 'A claim is open' }],
      });
      const [row] = await world.rows('SELECT blocked_by FROM platform.data_subject_requests WHERE id = $1', [id]);
      expect(row?.blocked_by).toBe('legal_hold');
    });
    expect(await user()).toMatchObject({ email });
    expect((await world.done(listLegalHolds, { userId }, by)).data).toMatchObject([{ id: hold.id, status: 'active' }]);
    expect(await world.code(placeLegalHold, { userId, reason: 'x' }, { token })).toBe('FORBIDDEN');
    await world.done(liftLegalHold, { id: hold.id, reason: 'Settled' }, by);
    expect(await world.code(liftLegalHold, { id: hold.id, reason: 'Settled' }, by)).toBe('NOT_FOUND');
    await completed(id);
    expect((await world.done(listLegalHolds, {}, by)).data).toMatchObject([{ status: 'lifted', reason: '' }]);
  });

  test('until a sole administrator is not alone any more', async () => {
    expect(await world.code(createDataSubjectRequest, { kind: 'erasure' }, { token: tenant.token })).toBe(
      'LAST_ADMINISTRATOR',
    );
    await grantOf(world, tenant, userId, 'tenant_administrator', 'tenant');
    const request = await ask('erasure', tenant.token);
    // Meanwhile the other one leaves.
    await superuser(`UPDATE platform.users SET status = 'suspended' WHERE id = '${userId}'`);
    await answer(request.id);
    await eventually(async () =>
      expect((await read(request.id)).blockedBy).toMatchObject([{ kind: 'last_administrator' }]),
    );
    await superuser(
      `UPDATE platform.users SET status = 'active' WHERE id = '${userId}';
       UPDATE platform.data_subject_requests SET next_step_at = now() WHERE id = '${request.id}'`,
    );
    const { accessToken } = await world.signIn(email, PASSWORD, tenant.slug);
    await eventually(async () =>
      expect(
        (await world.done(listDataSubjectRequests, { status: 'completed' }, { token: accessToken })).data.map(
          ({ id }) => id,
        ),
      ).toEqual([request.id]),
    );
  });
});

describe('after an older backup was restored', () => {
  test('whoever was erased is erased again, from a list kept outside of it', async () => {
    const [before] = await world.rows<{ name: string }>('SELECT name FROM platform.users WHERE id = $1', [userId]);
    await erase();
    const erased = await user();
    await eventually(async () => expect(await readFile(erasureLog, 'utf8')).toContain(userId));
    expect(await readFile(erasureLog, 'utf8')).not.toContain(email);

    await superuser(
      `DELETE FROM platform.erasures WHERE user_id = '${userId}';
       UPDATE platform.users SET erased_at = NULL, status = 'active', email = '${email}', name = '${before?.name}' WHERE id = '${userId}'`,
    );
    const service = world.service.app.get(ErasureService, { strict: false });
    expect(await service.reapply()).toBe(1);
    expect(await user()).toMatchObject({ name: erased?.name, email: erased?.email, erased_at: erased?.erased_at });
    expect(await service.reapply()).toBe(0);
    expect(await world.rows('SELECT 1 FROM platform.erasures WHERE user_id = $1', [userId])).toHaveLength(1);
  });

  test('the list is made up for what a process that died had no time to note', async () => {
    await erase();
    await eventually(async () => expect(await readFile(erasureLog, 'utf8')).toContain(userId));
    await rm(erasureLog);
    const service = world.service.app.get(ErasureService, { strict: false });
    await service.reapply();
    expect(await readFile(erasureLog, 'utf8')).toContain(userId);
  });
});
