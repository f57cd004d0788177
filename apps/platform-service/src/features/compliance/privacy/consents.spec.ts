import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { eventually } from '@kit/testing';
import {
  createUser,
  getConsentReceipt,
  listConsents,
  listConsentsOfUser,
  listProcessingActivities,
  listSigningKeys,
  putConsent,
  recordConsent,
  registerProduct,
} from '@platform/contracts';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { requireConsent } from './consents.service.js';
import { hashOfNotice } from './purposes.js';

const text = (word: string) => ({ nb: `${word} nb`, nn: `${word} nn`, en: `${word} en` });

let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;
let token: string;
let userId: string;
let newsletter: string;

const purpose = (version: number, more: object = {}) => ({
  key: newsletter,
  version,
  title: text('Newsletter'),
  notice: text(`We write to you, version ${version}`),
  ...more,
});
const register = (purposes: ReturnType<typeof purpose>[], personalData = [category()]) =>
  product.call(registerProduct, reports(product.key, { consentPurposes: purposes, personalData }));
const category = () => ({
  key: `${product.key}.reports`,
  title: text('Reports'),
  legalBasis: 'public_task' as const,
  retention: '5 years',
});

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  newsletter = `${product.key}.newsletter`;
  await register([purpose(1)]);
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`consents${tenants}`);
  const email = `kari${tenants}@example.test`;
  ({ id: userId } = await world.done(createUser, { email, name: 'Kari', password: PASSWORD }, { token: tenant.token }));
  ({ accessToken: token } = await world.signIn(email, PASSWORD, tenant.slug));
});

const put = (state: string, version = 1, language = 'nn') =>
  world.done(putConsent, { purposeKey: newsletter, state, version, language }, { token });
const acts = () =>
  world.rows('SELECT * FROM platform.gdpr_consents WHERE tenant_id = $1 AND user_id = $2 ORDER BY act', [
    tenant.id,
    userId,
  ]);
const states = () =>
  world.rows<{ payload: string }>(
    `SELECT payload FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE 'platform.state.%.consent.%' ORDER BY pos`,
    [tenant.id],
  );

describe('a consent', () => {
  test('is a no until somebody says yes', async () => {
    const { data } = await world.done(listConsents, {}, { token, language: 'nb' });
    expect(data).toEqual([
      expect.objectContaining({
        purposeKey: newsletter,
        status: 'undecided',
        effective: false,
        version: 1,
        notice: 'We write to you, version 1 nb',
        noticeHash: hashOfNotice('We write to you, version 1 nb'),
      }),
    ]);
  });

  test('is given and withdrawn by the same one call, and each act stays in the ledger', async () => {
    expect((await put('given')).consent).toMatchObject({ status: 'given', effective: true, decidedVersion: 1 });
    expect((await put('withdrawn')).consent).toMatchObject({ status: 'withdrawn', effective: false });
    expect((await put('given')).consent).toMatchObject({ status: 'given', effective: true });
    expect(await acts()).toMatchObject([
      {
        status: 'given',
        act: 1,
        language: 'nn',
        channel: 'web',
        notice_hash: hashOfNotice('We write to you, version 1 nn'),
      },
      { status: 'withdrawn', act: 2 },
      { status: 'given', act: 3 },
    ]);
  });

  test('that is so already is not written twice, and nothing given is nothing to withdraw', async () => {
    expect(await put('withdrawn')).toMatchObject({ consent: { status: 'undecided' }, receipt: null });
    await Promise.all([put('given'), put('given'), put('given')]);
    expect(await acts()).toHaveLength(1);
  });

  test('goes out as the state of one aggregate, each act a version', async () => {
    await put('given');
    await put('withdrawn');
    const sent = (await states()).map(({ payload }) => JSON.parse(payload));
    expect(sent.map(({ version, data }) => [version, data.status, data.userId])).toEqual([
      [1, 'given', userId],
      [2, 'withdrawn', userId],
    ]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  });

  test('cannot be changed or taken out of the ledger by the service', async () => {
    await put('given');
    const may = (privilege: string) => `has_table_privilege('platform_app', 'platform.gdpr_consents', '${privilege}')`;
    const [rights] = await world.rows(
      `SELECT ${may('INSERT')} AS grows, ${may('UPDATE')} OR ${may('DELETE')} AS changes`,
    );
    expect(rights).toEqual({ grows: true, changes: false });
  });

  test('comes with a receipt that verifies with the public keys', async () => {
    const { receipt } = await put('given');
    const { keys } = await world.done(listSigningKeys, {});
    const verified = await jwtVerify(receipt?.jws as string, createLocalJWKSet({ keys } as unknown as JSONWebKeySet), {
      typ: 'consent-receipt+jwt',
    });
    expect(verified.payload).toEqual(receipt?.record);
    expect(receipt?.record).toMatchObject({
      schema_version: 'ISO/IEC TS 27560:2023',
      pii_principal_id: userId,
      pii_processing: {
        privacy_notice: `sha-256:${hashOfNotice('We write to you, version 1 nn')}`,
        language: 'nn',
        purposes: [{ purpose: newsletter, purpose_version: 1, lawful_basis: 'consent' }],
      },
      party_identification: [{ party_id: tenant.id, party_role: 'pii_controller' }],
      event: { event_state: 'consent given' },
    });
    expect(await world.done(getConsentReceipt, { purposeKey: newsletter }, { token })).toMatchObject({
      record: receipt?.record,
    });
  });

  test('is no access token, though the same key signed it', async () => {
    const { receipt } = await put('given');
    expect(await world.code(listConsents, {}, { token: receipt?.jws as string })).toBe('TOKEN_INVALID');
  });

  test('to a purpose nobody registered is refused', async () => {
    const request = { purposeKey: `${product.key}.other`, state: 'given', version: 1, language: 'nb' };
    expect(await world.code(putConsent, request, { token })).toBe('CONSENT_PURPOSE_UNKNOWN');
    expect(await world.code(getConsentReceipt, { purposeKey: newsletter }, { token })).toBe('NOT_FOUND');
  });

  test('is read by an administrator, and by nobody else', async () => {
    await put('given');
    const { data } = await world.done(listConsentsOfUser, { id: userId }, { token: tenant.token });
    expect(data).toMatchObject([{ purposeKey: newsletter, status: 'given' }]);
    expect(await world.code(listConsentsOfUser, { id: userId }, { token })).toBe('FORBIDDEN');
  });

  test('opens a gate in PLATFORM itself only while it is a clear yes', async () => {
    const work = world.service.app.get(UnitOfWork, { strict: false });
    const gate = (purposeKey: string) =>
      work.runAs(jobOrigin(tenant.id, 'test', tenant.serviceUserId), (tx) => requireConsent(tx, userId, purposeKey));
    await expect(gate(newsletter)).rejects.toThrow('CONSENT_MISSING');
    await put('given');
    await gate(newsletter);
    await expect(gate(`${product.key}.other`)).rejects.toThrow('CONSENT_MISSING');
    await put('withdrawn');
    await expect(gate(newsletter)).rejects.toThrow('CONSENT_MISSING');
  });

  test('collected by a product itself is recorded by it, for its own purposes', async () => {
    const request = {
      tenantId: tenant.id,
      userId,
      purposeKey: newsletter,
      state: 'given',
      version: 1,
      language: 'nb',
      channel: 'paper',
      evidence: 'binder 7',
    } as const;
    expect(await product.call(recordConsent, request)).toEqual({ status: 'given', effective: true });
    expect(await acts()).toMatchObject([{ channel: 'paper', evidence_sealed: expect.stringMatching(/^v1\./) }]);
    expect(await product.code(recordConsent, { ...request, purposeKey: 'acme.other' })).toBe('CONSENT_PURPOSE_UNKNOWN');
    expect(await product.code(recordConsent, { ...request, userId: tenant.id })).toBe('NOT_FOUND');
  });
});

describe('a new version of a notice', () => {
  test('is never the old one with other words', async () => {
    const changed = purpose(1, { notice: text('Something else') });
    const manifest = reports(product.key, { consentPurposes: [changed], personalData: [category()] });
    expect(await product.code(registerProduct, manifest)).toBe('CONSENT_PURPOSE_IMMUTABLE');
  });

  test('leaves consents standing, until one that renews makes them stale: in the ledger and for every product', async () => {
    await put('given');
    await register([purpose(1), purpose(2)]);
    const offered = async () => (await world.done(listConsents, {}, { token })).data[0];
    expect(await offered()).toMatchObject({ status: 'given', effective: true, decidedVersion: 1, version: 2 });

    await register([purpose(1), purpose(2), purpose(3, { renews: true })]);
    expect(await offered()).toMatchObject({ status: 'expired', effective: false, version: 3 });
    expect(
      await world.code(putConsent, { purposeKey: newsletter, state: 'given', version: 2, language: 'nb' }, { token }),
    ).toBe('CONSENT_VERSION_OUTDATED');
    const { ConsentsService } = await import('./consents.service.js');
    await world.service.app.get(ConsentsService, { strict: false }).expireStale();
    expect(await acts()).toMatchObject([
      { status: 'given' },
      { status: 'expired', purpose_version: 1, channel: 'notice' },
    ]);
    expect(JSON.parse((await states()).at(-1)?.payload as string)).toMatchObject({
      version: 2,
      data: { status: 'expired' },
    });
    expect((await put('given', 3)).consent).toMatchObject({ status: 'given', effective: true, decidedVersion: 3 });
  });

  test('with a key of another product, or said twice, is refused', async () => {
    const foreign = { ...purpose(1), key: 'acme.newsletter' };
    const manifest = reports(product.key, { consentPurposes: [foreign, purpose(9), purpose(9)] });
    expect(await product.code(registerProduct, manifest)).toBe('VALIDATION_FAILED');
  });
});

describe('the record of processing activities', () => {
  test('is made of the manifests, in the language of the reader', async () => {
    const { data, controller } = await world.done(
      listProcessingActivities,
      {},
      { token: tenant.token, language: 'nn' },
    );
    expect(controller).toBe(tenant.name);
    expect(data).toContainEqual(
      expect.objectContaining({ key: `${product.key}.reports`, legalBasis: 'public_task', title: 'Reports nn' }),
    );
    expect(data).toContainEqual(expect.objectContaining({ key: newsletter, kind: 'consent', legalBasis: 'consent' }));
    expect(data).toContainEqual(expect.objectContaining({ key: 'platform.identity', product: 'platform' }));
    await eventually(async () => expect(await world.code(listProcessingActivities, {}, { token })).toBe('FORBIDDEN'));
  });
});
