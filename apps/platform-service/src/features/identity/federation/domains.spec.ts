import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import { type Person, startProvider, type TestProvider } from '@kit/testing/outside';
import {
  createDomain,
  createUser,
  type Domain,
  deleteDomain,
  deleteIdentityProvider,
  getDomain,
  getMe,
  type IdentityProvider,
  listDomains,
  login,
  updateDomain,
  updateIdentityProvider,
  verifyDomain,
} from '@platform/contracts';
import { connect, federationWorld, Visitor } from '../../../../test/federation.js';
import { type NameServer, startNameServer } from '../../../../test/name-server.js';
import { PASSWORD, type PlatformWorld, type TestTenant } from '../../../../test/world.js';
import { DomainChecks } from './domain-checks.job.js';

const DAY = 86_400_000;

let world: PlatformWorld;
let names: NameServer;
let op: TestProvider;
let fjell: TestTenant;
let vidde: TestTenant;
let staff: IdentityProvider;

beforeAll(async () => {
  [names, op] = await Promise.all([startNameServer(), startProvider()]);
  world = await federationWorld({ PLATFORM_DNS_SERVERS: names.address });
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
  const policy = { linking: 'verified_domain' as const, provisioning: 'verified_domain' as const };
  staff = await connect(world, fjell, op, { key: 'staff', ...policy });
});
afterAll(() => Promise.all([world?.stop(), op?.stop(), names?.stop()]));

const as = ({ token }: TestTenant) => ({ token });

async function verified(tenant: TestTenant, name: string): Promise<Domain> {
  const domain = await world.done(createDomain, { domain: name }, as(tenant));
  names.records.set(domain.recordName, [domain.recordValue]);
  return world.done(verifyDomain, { id: domain.id }, as(tenant));
}

describe('a domain', () => {
  test('is proved by a TXT record below it, and by no other', async () => {
    const domain = await world.done(createDomain, { domain: 'Fjell.Example.' }, as(fjell));
    expect(domain).toMatchObject({
      domain: 'fjell.example',
      status: 'pending',
      recordName: '_platform-challenge.fjell.example',
      recordValue: expect.stringMatching(/^platform-domain-verification=[\w-]{43}$/),
      verifiedAt: null,
    });
    const { id, recordName, recordValue } = domain;
    const { refusal } = await world.call(verifyDomain, { id }, as(fjell));
    expect(refusal).toMatchObject({ code: 'DOMAIN_NOT_PROVEN', details: { recordName, recordValue } });
    names.records.set(recordName, ['v=spf1 -all', 'platform-domain-verification=somebody-else']);
    expect(await world.code(verifyDomain, { id }, as(fjell))).toBe('DOMAIN_NOT_PROVEN');
    names.records.set(recordName, ['v=spf1 -all', recordValue]);
    expect(await world.done(verifyDomain, { id }, as(fjell))).toMatchObject({ status: 'verified', version: 2 });
    expect(await world.done(getDomain, { id }, as(fjell))).toMatchObject({ status: 'verified' });
    expect((await world.done(listDomains, {}, as(fjell))).data).toMatchObject([{ domain: 'fjell.example' }]);
  });

  test('is not decided upon while the name servers are silent', async () => {
    const { id } = await world.done(createDomain, { domain: 'silent.example' }, as(fjell));
    names.state.silent = true;
    expect(await world.code(verifyDomain, { id }, as(fjell))).toBe('DNS_UNAVAILABLE');
    names.state.silent = false;
  });

  test('is kept in the form that domains are compared in, once per tenant', async () => {
    const { domain } = await world.done(createDomain, { domain: 'BLÅBÆR.example' }, as(fjell));
    expect(domain).toBe('xn--blbr-roah.example');
    expect(await world.code(createDomain, { domain: 'xn--blbr-roah.example' }, as(fjell))).toBe('DOMAIN_EXISTS');
    for (const none of [
      'example',
      'a b.example',
      'http://x.example',
      '-x.example',
      'x..example',
      '127.0.0.1',
      '*.no',
    ]) {
      expect([none, await world.code(createDomain, { domain: none }, as(fjell))]).toEqual([none, 'VALIDATION_FAILED']);
    }
  });

  test('belongs to one tenant, also when two prove it at the same moment', async () => {
    const [mine, theirs] = [
      await world.done(createDomain, { domain: 'contested.example' }, as(fjell)),
      await world.done(createDomain, { domain: 'contested.example' }, as(vidde)),
    ];
    names.records.set(mine.recordName, [mine.recordValue, theirs.recordValue]);
    const codes = await Promise.all([
      world.code(verifyDomain, { id: mine.id }, as(fjell)),
      world.code(verifyDomain, { id: theirs.id }, as(vidde)),
    ]);
    expect(codes.sort()).toEqual(['DOMAIN_TAKEN', 'OK']);
  });

  test('of another tenant is not there', async () => {
    const { id, version } = await world.done(createDomain, { domain: 'mine.example' }, as(fjell));
    for (const operation of [getDomain, verifyDomain, deleteDomain]) {
      expect(await world.code(operation, { id }, as(vidde))).toBe('NOT_FOUND');
    }
    const change = { id, requiredProviderId: null };
    expect(await world.code(updateDomain, change, { ...as(vidde), ifMatch: version })).toBe('NOT_FOUND');
    await world.done(deleteDomain, { id }, as(fjell));
    expect(await world.code(getDomain, { id }, as(fjell))).toBe('NOT_FOUND');
    expect(await world.code(createDomain, { domain: 'mine.example' }, as(fjell))).toBe('OK');
  });
});

describe('a verified domain', () => {
  const person = (id: string, claims: Person['claims'] = {}) => new Visitor(world, op, staff, { id, claims });
  const asserting = (id: string, email: string) => person(id, { email, email_verified: true, name: id });

  test('lets its people in at their first sign-in, and nobody else', async () => {
    expect(await asserting('own', 'own@fjell.example').arrive()).toMatchObject({ code: expect.any(String) });
    for (const email of ['x@elsewhere.example', 'x@sub.fjell.example', 'x@fjell.example.evil.example']) {
      expect(await asserting(`stranger-${email}`, email).arrive()).toMatchObject({ error: 'ACCOUNT_NOT_LINKED' });
    }
    expect(await person('nameless').arrive()).toMatchObject({ error: 'ACCOUNT_NOT_LINKED' });
    const unverified = person('unverified', { email: 'y@fjell.example', email_verified: false });
    expect(await unverified.arrive()).toMatchObject({ error: 'ACCOUNT_NOT_LINKED' });
  });

  test('links who was invited and has no other way in, and makes them active', async () => {
    const email = 'invited@fjell.example';
    const invited = await world.done(createUser, { email, name: 'Invited' }, as(fjell));
    const { accessToken } = await asserting('invited', email).signIn();
    const { user } = await world.done(getMe, {}, { token: accessToken });
    expect(user).toMatchObject({ id: invited.id, status: 'active' });
    // From now on there is a link, so another subject with the address is somebody else.
    expect(await asserting('second', email).arrive()).toMatchObject({ error: 'ACCOUNT_EXISTS' });
  });

  test('links nobody who has a password', async () => {
    const email = 'careful@fjell.example';
    await world.done(createUser, { email, name: 'Careful', password: PASSWORD }, as(fjell));
    expect(await asserting('careful', email).arrive()).toMatchObject({ error: 'ACCOUNT_EXISTS' });
  });

  test('links nobody where the provider is not to', async () => {
    const strict = await connect(world, fjell, op, { key: 'strict', provisioning: 'verified_domain' });
    const email = 'strict@fjell.example';
    await world.done(createUser, { email, name: 'Strict' }, as(fjell));
    const claims = { email, email_verified: true };
    const visitor = new Visitor(world, op, strict, { id: 'strict', claims });
    expect(await visitor.arrive()).toMatchObject({ error: 'ACCOUNT_EXISTS' });
  });

  test('can demand its provider: then no password lets its people in, known or not', async () => {
    const domain = await verified(fjell, 'forced.example');
    const email = 'kari@forced.example';
    await world.done(createUser, { email, name: 'Kari', password: PASSWORD }, as(fjell));
    const signIn = (address: string) => world.call(login, { email: address, password: PASSWORD }, { tenant: 'fjell' });
    expect((await signIn(email)).ok).toBe(true);
    const demand = { id: domain.id, requiredProviderId: staff.id };
    const demanding = await world.done(updateDomain, demand, { ...as(fjell), ifMatch: domain.version });
    for (const address of [email, 'KARI@Forced.Example', 'nobody@forced.example']) {
      const { refusal } = await signIn(address);
      expect(refusal).toMatchObject({ code: 'SSO_REQUIRED', details: { provider: 'staff' } });
    }
    expect((await signIn(fjell.email)).ok).toBe(true);
    expect(await world.code(deleteIdentityProvider, { id: staff.id }, as(fjell))).toBe('IDENTITY_PROVIDER_IN_USE');
    const off = { id: staff.id, enabled: false };
    expect(await world.code(updateIdentityProvider, off, { ...as(fjell), ifMatch: staff.version })).toBe(
      'IDENTITY_PROVIDER_IN_USE',
    );
    const stale = { id: domain.id, requiredProviderId: null };
    expect(await world.code(updateDomain, stale, { ...as(fjell), ifMatch: domain.version })).toBe('STALE_VERSION');
    await world.done(updateDomain, stale, { ...as(fjell), ifMatch: demanding.version });
    expect((await signIn(email)).ok).toBe(true);
  });

  test('is what it takes to demand a provider, and a provider that is there', async () => {
    const pending = await world.done(createDomain, { domain: 'pending.example' }, as(fjell));
    const demand = { id: pending.id, requiredProviderId: staff.id };
    expect(await world.code(updateDomain, demand, { ...as(fjell), ifMatch: 1 })).toBe('DOMAIN_NOT_VERIFIED');
    const domain = await verified(vidde, 'vidde.example');
    const theirs = { id: domain.id, requiredProviderId: staff.id };
    expect(await world.code(updateDomain, theirs, { ...as(vidde), ifMatch: domain.version })).toBe('NOT_FOUND');
  });

  test('is looked at again every day, and lapses when its record has been gone for a week', async () => {
    const domain = await verified(fjell, 'leaving.example');
    const demand = { id: domain.id, requiredProviderId: staff.id };
    await world.done(updateDomain, demand, { ...as(fjell), ifMatch: domain.version });
    const checks = world.service.app.get(DomainChecks, { strict: false });
    const after = async (days: number) => {
      await checks.turn(new Date(Date.now() + days * DAY + 1_000));
      return world.done(getDomain, { id: domain.id }, as(fjell));
    };
    expect(await after(1)).toMatchObject({ status: 'verified', missingSince: null });
    names.state.silent = true;
    expect(await after(2.1)).toMatchObject({ status: 'verified', missingSince: null });
    names.state.silent = false;
    names.records.delete(domain.recordName);
    expect(await after(3.2)).toMatchObject({ status: 'verified', missingSince: expect.any(String) });
    expect(await after(6)).toMatchObject({ status: 'verified', requiredProviderId: staff.id });
    names.records.set(domain.recordName, [domain.recordValue]);
    expect(await after(7.5)).toMatchObject({ status: 'verified', missingSince: null });
    names.records.delete(domain.recordName);
    await after(9);
    expect(await after(17)).toMatchObject({ status: 'lapsed', requiredProviderId: null });
    await eventually(async () => {
      const lapsed = await world.rows("SELECT 1 FROM platform.audit_logs WHERE action = 'platform.domain.lapse'");
      expect(lapsed.length).toBeGreaterThan(0);
    });
    names.records.set(domain.recordName, [domain.recordValue]);
    expect(await world.done(verifyDomain, { id: domain.id }, as(fjell))).toMatchObject({ status: 'verified' });
  });
});
