import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Chunk } from '@kit/contracts';
import { eventually, type MailCatcher, query, readMail, startSmtpCatcher } from '@kit/testing';
import {
  closePersonalData,
  createDataSubjectRequest,
  createUser,
  type DataSubjectRequest,
  downloadDataSubjectBundle,
  getDataSubjectRequest,
  overrideParticipant,
  registerProduct,
  reportPersonalData,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { filesIn } from '../../../../test/zip.js';
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
  tenant = await world.tenant(`exports${people}`);
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
/** All of it, as the edge reads it. */
async function download(id: string, by = token): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let cursor: string | undefined;
  do {
    const chunk: Chunk = await world.done(downloadDataSubjectBundle, { id, ...(cursor && { cursor }) }, { token: by });
    pieces.push(Buffer.from(chunk.content, 'base64'));
    cursor = chunk.next ?? undefined;
  } while (cursor);
  return Buffer.concat(pieces);
}

describe('an export', () => {
  test('holds what PLATFORM and the products handed over, and is downloaded once', async () => {
    const { id } = await ask('access');
    const part = { tenantId: tenant.id, requestId: id, category: `${product.key}.reports` };
    await product.call(reportPersonalData, { ...part, part: 1, content: { records: [{ title: 'One' }] } });
    await product.call(reportPersonalData, { ...part, part: 2, content: { records: [{ title: 'Old' }] } });
    await product.call(reportPersonalData, { ...part, part: 2, content: { records: [{ title: 'Two' }] } });
    expect(await close(id, { outcome: 'completed', parts: 2 })).toEqual({ taken: true });
    expect(await close(id, { outcome: 'refused', reason: 'changed my mind' })).toEqual({ taken: false });
    const done = await completed(id);
    expect(done.downloadUntil).not.toBeNull();
    expect((Date.parse(done.downloadUntil as string) - Date.now()) / 86_400_000).toBeLessThanOrEqual(7);
    await readMail(mails, { to: email, subject: 'Uttrekket ditt er klart' });

    const files = filesIn(await download(id));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['README.nb.txt', 'README.nn.txt', 'README.en.txt', 'index.json']),
    );
    expect(JSON.parse(files[`data/${product.key}/${product.key}.reports.json`] as string).records).toEqual([
      { title: 'One' },
      { title: 'Two' },
    ]);
    expect(files['data/platform/platform.identity.json']).toContain(email);
    expect(files['data/platform/platform.security.json']).not.toContain('argon2');

    expect(await world.code(downloadDataSubjectBundle, { id }, { token })).toBe('BUNDLE_UNAVAILABLE');
    expect((await read(id)).downloadUntil).toBeNull();
    expect(
      await world.rows('SELECT 1 FROM platform.data_subject_bundle_chunks WHERE tenant_id = $1', [tenant.id]),
    ).toEqual([]);
    expect(await world.rows('SELECT 1 FROM platform.data_subject_parts WHERE tenant_id = $1', [tenant.id])).toEqual([]);
    await eventually(async () =>
      expect(
        await world.rows(
          "SELECT 1 FROM platform.audit_logs WHERE tenant_id = $1 AND action = 'platform.data-subject-request.download'",
          [tenant.id],
        ),
      ).toHaveLength(1),
    );
  });

  test('in pieces is read on only by who began, and is whole', async () => {
    const { id } = await ask('access');
    const noise = Array.from({ length: 400 }, () =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(900))).toString('base64'),
    );
    const part = { tenantId: tenant.id, requestId: id, category: `${product.key}.reports` };
    for (const at of [1, 2])
      await product.call(reportPersonalData, { ...part, part: at, content: { records: noise.map((n) => ({ n })) } });
    await close(id, { outcome: 'completed', parts: 2 });
    await completed(id);
    const first = await world.done(downloadDataSubjectBundle, { id }, { token });
    expect(first.next).not.toBeNull();
    expect(await world.code(downloadDataSubjectBundle, { id }, { token })).toBe('BUNDLE_UNAVAILABLE');
    expect(await world.code(downloadDataSubjectBundle, { id, cursor: `${'A'.repeat(43)}.2` }, { token })).toBe(
      'BUNDLE_UNAVAILABLE',
    );
    const pieces = [Buffer.from(first.content, 'base64')];
    for (let next = first.next; next; ) {
      const chunk = await world.done(downloadDataSubjectBundle, { id, cursor: next }, { token });
      pieces.push(Buffer.from(chunk.content, 'base64'));
      next = chunk.next;
    }
    const files = filesIn(Buffer.concat(pieces));
    expect(JSON.parse(files[`data/${product.key}/${product.key}.reports.json`] as string).records).toHaveLength(800);
  });

  test('needs a fresh sign-in, lies sealed, and is gone after a week', async () => {
    const { id } = await ask('portability');
    await close(id);
    await completed(id);
    const [chunk] = await world.rows<{ content_sealed: string }>(
      'SELECT content_sealed FROM platform.data_subject_bundle_chunks WHERE tenant_id = $1',
      [tenant.id],
    );
    expect(chunk?.content_sealed).toMatch(/^v1\./);
    await query(
      world.database.urls.superuser,
      `UPDATE platform.sessions SET authenticated_at = now() - interval '1 hour' WHERE user_id = '${userId}'`,
    );
    expect(await world.code(downloadDataSubjectBundle, { id }, { token })).toBe('STEP_UP_REQUIRED');
    await job().turn(new Date(Date.now() + 8 * 86_400_000));
    expect(
      await world.rows('SELECT 1 FROM platform.data_subject_bundle_chunks WHERE tenant_id = $1', [tenant.id]),
    ).toEqual([]);
    expect(await world.code(downloadDataSubjectBundle, { id }, { token })).toBe('BUNDLE_UNAVAILABLE');
  });

  test('of which parts are missing is not taken', async () => {
    const { id } = await ask('access');
    const answer = { tenantId: tenant.id, requestId: id, outcome: 'completed', parts: 2 } as const;
    expect(await product.code(closePersonalData, answer)).toBe('DATA_SUBJECT_REQUEST_STATUS_INVALID');
    expect((await read(id)).participants.find(({ key }) => key === product.key)?.status).toBe('waiting');
  });
});

describe('products', () => {
  test('hear of a request as state, and it does not complete while one is silent', async () => {
    const { id } = await ask('access');
    await eventually(async () =>
      expect((await read(id)).participants).toMatchObject([
        { status: 'waiting' },
        { key: 'platform', status: 'completed' },
      ]),
    );
    expect((await read(id)).status).toBe('in_progress');
    expect((await states(id)).at(-1)).toMatchObject({
      userId,
      kind: 'access',
      status: 'in_progress',
      awaiting: [product.key],
    });
  });

  test('that stay silent are asked again, and each time is counted', async () => {
    const { id } = await ask('access');
    await eventually(async () => expect((await read(id)).participants[1]?.status).toBe('completed'));
    await query(
      world.database.urls.superuser,
      `UPDATE platform.data_subject_participants SET asked_at = now() - interval '1 hour' WHERE request_id = '${id}';
       UPDATE platform.data_subject_requests SET next_step_at = now() WHERE id = '${id}'`,
    );
    await eventually(async () => expect((await read(id)).participants[0]?.attempts).toBe(2));
    const versions = (await states(id)).map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
  });

  test('that never answer are passed over only by somebody, with a reason that is audited', async () => {
    const { id } = await ask('access');
    const override = { id, participant: product.key, reason: 'Shut down for good' };
    expect(await world.code(overrideParticipant, { ...override, participant: 'acme' }, { token: tenant.token })).toBe(
      'PARTICIPANT_UNKNOWN',
    );
    await world.done(overrideParticipant, override, { token: tenant.token });
    const done = await completed(id);
    expect(done.participants[0]).toMatchObject({ status: 'overridden', reason: 'Shut down for good' });
    expect(await world.code(overrideParticipant, override, { token: tenant.token })).toBe(
      'DATA_SUBJECT_REQUEST_STATUS_INVALID',
    );
    const other = await ask('portability');
    await product.call(closePersonalData, { tenantId: tenant.id, requestId: other.id, outcome: 'nothing', parts: 0 });
    expect(['PARTICIPANT_ANSWERED', 'DATA_SUBJECT_REQUEST_STATUS_INVALID']).toContain(
      await world.code(overrideParticipant, { ...override, id: other.id }, { token: tenant.token }),
    );
    await eventually(async () =>
      expect(
        await world.rows(
          "SELECT changes FROM platform.audit_logs WHERE tenant_id = $1 AND action = 'platform.data-subject-request.override'",
          [tenant.id],
        ),
      ).toMatchObject([{ changes: { participant: product.key, reason: 'Shut down for good' } }]),
    );
  });

  test('may refuse with a reason, which the answer shows', async () => {
    const { id } = await ask('access');
    await close(id, { outcome: 'refused', reason: 'Nothing may be told during an investigation' });
    expect((await completed(id)).participants[0]).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('investigation'),
    });
  });

  test('answer only what they were asked', async () => {
    const request = { tenantId: tenant.id, requestId: uuidv7(), outcome: 'nothing', parts: 0 } as const;
    expect(await product.code(closePersonalData, request)).toBe('NOT_FOUND');
    const { id } = await ask('restriction');
    const report = { tenantId: tenant.id, requestId: id, part: 1, category: 'x', content: { records: [] } };
    expect(await product.code(reportPersonalData, report)).toBe('DATA_SUBJECT_REQUEST_STATUS_INVALID');
    await query(
      world.database.urls.superuser,
      `DELETE FROM platform.data_subject_participants WHERE request_id = '${id}' AND participant <> 'platform'`,
    );
    expect(await product.code(closePersonalData, { ...request, requestId: id })).toBe('PARTICIPANT_UNKNOWN');
  });
});
