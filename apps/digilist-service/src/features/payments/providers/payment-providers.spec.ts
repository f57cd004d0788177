import {
  createPaymentProvider,
  decideDevelopmentCheckout,
  getPaymentProvider,
  listPaymentProviders,
  type PaymentProviderAccount,
  receivePaymentWebhook,
  showDevelopmentCheckout,
  updatePaymentProvider,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Refusal, refusalBody, SERVICE_UNAVAILABLE } from '@kit/contracts';
import { UnitOfWork } from '@kit/service';
import { eventually } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { Integrations } from '../../../platform/index.js';
import type { Town } from '../../../platform/testing/platform-stand-in.js';
import { later, wanted } from '../testing/adapters.js';
import { ProviderWorld } from '../testing/provider-world.js';
import { DevelopmentPayments } from './development/development-payments.js';
import { PaymentProviders } from './payment-providers.js';
import { loadPaymentSettings, PAYMENT_SETTINGS } from './payment-settings.js';

let world: ProviderWorld;
beforeAll(async () => {
  world = await ProviderWorld.open();
});
afterAll(() => world?.close());

const call = (...args: Parameters<ProviderWorld['call']>) => world.call(...args);
const code = async (...args: Parameters<ProviderWorld['call']>) => (await world.call(...args)).code;

async function connected(integrationId: string, change: object = {}): Promise<PaymentProviderAccount> {
  const reply = await call(createPaymentProvider, { integrationId, ...change });
  expect(reply.code).toBeUndefined();
  return reply.body as unknown as PaymentProviderAccount;
}

const update = ({ id, version }: PaymentProviderAccount, change: object) =>
  call(updatePaymentProvider, { id, ...change }, { headers: { 'if-match': `"${version}"` } });

/** Switches off what earlier tests connected. */
async function nothingActive(): Promise<void> {
  const { body } = await call(listPaymentProviders, { limit: 200 });
  for (const account of (body as unknown as { data: PaymentProviderAccount[] }).data)
    if (account.status === 'active') await update(account, { status: 'disabled' });
}

describe('an account at a provider', () => {
  test('is an integration of a payment kind; the answer is what to register there', async () => {
    const integrationId = world.ofVipps();
    const account = await connected(integrationId, { position: 3 });
    expect(account).toEqual({
      id: expect.any(String),
      provider: 'vipps',
      integrationId,
      currency: 'NOK',
      status: 'active',
      position: 3,
      webhookUrl: `${world.receiver.url}/api/v1/payments/webhooks/vipps/${integrationId}`,
      version: 1,
    });
    expect((await call(getPaymentProvider, { id: account.id })).body).toEqual(account);
    const facts = `SELECT subject FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%' ORDER BY pos`;
    const subjects = (await world.digilist.rows(facts, [account.id])).map(({ subject }) => String(subject));
    expect(subjects).toEqual([
      expect.stringMatching(/payment_provider\.[^.]+\.connected\.v1$/),
      expect.stringContaining('.audit.'),
    ]);
  });

  test('is one, however often it is connected', async () => {
    const integrationId = world.ofStripe();
    const codes = await Promise.all(Array.from({ length: 5 }, () => code(createPaymentProvider, { integrationId })));
    expect(codes.filter((one) => one === undefined)).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set([undefined, 'PAYMENT_PROVIDER_EXISTS']));
  });

  test('is nothing but an active integration of a payment kind, of this town', async () => {
    const refused = (integrationId: string) => code(createPaymentProvider, { integrationId });
    const config = { secretKey: world.stripe.secretKey };
    expect(await refused(uuidv7())).toBe('PAYMENT_INTEGRATION_UNKNOWN');
    expect(await refused(world.integration({ kind: 'digilist.lock', config }))).toBe('PAYMENT_INTEGRATION_UNKNOWN');
    const off = world.integration({ kind: 'digilist.stripe', config, status: 'disabled' });
    expect(await refused(off)).toBe('PAYMENT_INTEGRATION_UNKNOWN');
    const foreign = world.integration({ kind: 'digilist.stripe', config }, uuidv7());
    expect(await refused(foreign)).toBe('PAYMENT_INTEGRATION_UNKNOWN');
    // Switched on, it is there at once.
    world.integrations.set(off, { kind: 'digilist.stripe', config, tenantId: world.town.tenantId });
    expect(await refused(off)).toBeUndefined();
  });

  test('concerns the whole town: neither residents nor one organization decide', async () => {
    const integrationId = world.ofVipps();
    const before = world.readings(integrationId);
    const [resident, ofOrg] = await Promise.all([world.person('resident', 'user'), world.person('treasurer', 'org')]);
    for (const by of [resident, ofOrg]) {
      expect(await code(createPaymentProvider, { integrationId }, { by })).toBe('FORBIDDEN');
      expect(await code(listPaymentProviders, {}, { by })).toBe('FORBIDDEN');
      const headers = { 'if-match': '"1"' };
      expect(await code(updatePaymentProvider, { id: uuidv7() }, { by, headers })).toBe('FORBIDDEN');
    }
    expect(world.readings(integrationId)).toBe(before);
  });

  test('is changed by whoever has read it; another town’s is not there', async () => {
    const account = await connected(world.ofVipps());
    const changed = await update(account, { status: 'disabled', position: 7 });
    expect(changed.body).toMatchObject({ status: 'disabled', position: 7, version: 2 });
    expect((await update(account, { status: 'active' })).code).toBe('STALE_VERSION');
    expect((await update({ ...account, id: uuidv7() }, {})).code).toBe('NOT_FOUND');
    const of = await world.newTown();
    const by = await world.person('treasurer', 'tenant', of);
    expect(await code(getPaymentProvider, { id: account.id }, { by, of })).toBe('NOT_FOUND');
    expect(await code(updatePaymentProvider, { id: account.id }, { by, of, headers: { 'if-match': '"2"' } })).toBe(
      'NOT_FOUND',
    );
  });

  test('stands in the list where it was put, page by page', async () => {
    const accounts = [];
    for (const position of [900, 902, 901, 901]) accounts.push(await connected(world.ofVipps(), { position }));
    const seen: PaymentProviderAccount[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await call(listPaymentProviders, { limit: 2, ...(cursor && { cursor }) });
      seen.push(...(body as unknown as { data: PaymentProviderAccount[] }).data);
      cursor = body.nextCursor as string | null;
    } while (cursor !== null);
    const [first, last, one, other] = accounts as [PaymentProviderAccount, ...PaymentProviderAccount[]];
    expect(seen.slice(-4).map(({ id }) => id)).toEqual([first, one, other, last].map((account) => account?.id));
    expect(await code(listPaymentProviders, { cursor: 'x' })).toBe('VALIDATION_FAILED');
  });

  test('is not connected while PLATFORM is away', async () => {
    world.digilist.platform.integrations(() => refusalBody(new Refusal(SERVICE_UNAVAILABLE)));
    expect(await code(createPaymentProvider, { integrationId: world.ofVipps() })).toBe('SERVICE_UNAVAILABLE');
    world.keepIntegrations();
  });
});

describe('the provider of a payment', () => {
  const choose = (provider?: string, town?: Town) => world.inTown((tx) => world.providers.choose(tx, provider), town);
  beforeAll(nothingActive);

  test('is the one that is named, or the first of those that are active', async () => {
    const vipps = await connected(world.ofVipps(), { position: 5 });
    const stripe = await connected(world.ofStripe(), { position: 6, currency: 'EUR' });
    expect(await choose()).toEqual({ id: vipps.id, provider: 'vipps', currency: 'NOK' });
    expect(await choose('stripe')).toEqual({ id: stripe.id, provider: 'stripe', currency: 'EUR' });
    await update(vipps, { status: 'disabled' });
    expect(await choose()).toMatchObject({ id: stripe.id });
    await expect(choose('vipps')).rejects.toMatchObject({ code: 'PAYMENT_PROVIDER_MISSING' });
    await expect(choose('development')).rejects.toMatchObject({ code: 'PAYMENT_PROVIDER_MISSING' });
  });

  test('is the development one where there is no other, and the same one for all who come at once', async () => {
    const town = await world.newTown();
    const chosen = await Promise.all(Array.from({ length: 8 }, () => choose(undefined, town)));
    expect(chosen[0]).toMatchObject({ provider: 'development', currency: 'NOK' });
    expect(new Set(chosen.map(({ id }) => id)).size).toBe(1);
    await expect(choose('vipps', town)).rejects.toMatchObject({ code: 'PAYMENT_PROVIDER_MISSING' });
  });

  test('in production there is no development one, not even where there was', async () => {
    const settings = { ...world.service.app.get(PAYMENT_SETTINGS, { strict: false }), development: false };
    const { app } = world.service;
    const development = app.get(DevelopmentPayments, { strict: false });
    const production = new PaymentProviders(
      app.get(UnitOfWork, { strict: false }),
      app.get(Integrations, { strict: false }),
      development,
      settings,
    );
    const town = await world.newTown();
    const missing = { code: 'PAYMENT_PROVIDER_MISSING' };
    await expect(world.inTown((tx) => production.choose(tx), town)).rejects.toMatchObject(missing);
    const { id } = await choose(undefined, town);
    await expect(world.inTown((tx) => production.choose(tx), town)).rejects.toMatchObject(missing);
    await expect(production.of(town.tenantId, id)).rejects.toMatchObject({ code: 'PAYMENT_PROVIDER_UNAVAILABLE' });
    expect(() => loadPaymentSettings({ DIGILIST_DEVELOPMENT_PAYMENTS: 'true', NODE_ENV: 'production' })).toThrow(
      'DIGILIST_DEVELOPMENT_PAYMENTS must not be set in production',
    );
    expect(loadPaymentSettings({}).development).toBe(false);
  });

  test('is reached with the settings that PLATFORM keeps, read once for many calls, also when it is switched off', async () => {
    const integrationId = world.ofVipps();
    const account = await connected(integrationId);
    await update(account, { status: 'disabled' });
    const before = world.readings(integrationId);
    const what = wanted();
    const { providerReference } = await (await world.providers.of(world.town.tenantId, account.id)).checkout(what);
    for (let n = 0; n < 5; n++) {
      const provider = await world.providers.of(world.town.tenantId, account.id);
      const read = await provider.read({ reference: what.reference, providerReference });
      expect(read).toMatchObject({ status: 'open' });
    }
    expect(world.readings(integrationId)).toBe(before);
    expect(world.vipps.payments.has(what.reference)).toBe(true);
  });

  test('is away when its integration was removed, and is of no other town', async () => {
    const integrationId = world.ofStripe();
    const { id } = await connected(integrationId);
    world.integrations.delete(integrationId);
    await world.service.app.get(Integrations, { strict: false }).readNow(world.town.tenantId, integrationId);
    const unavailable = { code: 'PAYMENT_PROVIDER_UNAVAILABLE' };
    await expect(world.providers.of(world.town.tenantId, id)).rejects.toMatchObject(unavailable);
    const other = await world.newTown();
    await expect(world.providers.of(other.tenantId, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a webhook', () => {
  let integrationId: string;
  let account: PaymentProviderAccount;
  beforeAll(async () => {
    integrationId = world.ofVipps();
    account = await connected(integrationId);
    world.configure(integrationId, { webhookSecret: world.vipps.register(account.webhookUrl) });
    await world.service.app.get(Integrations, { strict: false }).readNow(world.town.tenantId, integrationId);
  });

  async function paid(): Promise<string> {
    const what = wanted();
    await (await world.providers.of(world.town.tenantId, account.id)).checkout(what);
    world.vipps.takeEvents();
    world.vipps.approve(what.reference);
    return what.reference;
  }

  test('arrives with the town and the account it is about, though nobody names a tenant', async () => {
    const reference = await paid();
    expect(await world.vipps.deliver()).toEqual([204]);
    expect(world.events.about(reference)).toEqual([
      {
        tenantId: world.town.tenantId,
        providerId: account.id,
        provider: 'vipps',
        webhook: { eventId: expect.any(String), type: 'AUTHORIZED', reference: { ours: reference } },
      },
    ]);
  });

  test('is taken only once it is stored: until then it comes again', async () => {
    const reference = await paid();
    const [event] = world.vipps.takeEvents();
    if (!event) throw new Error('there is no event');
    world.events.trouble = new Error('the database is away');
    expect(await world.vipps.send(event)).toBe(500);
    expect(world.events.about(reference)).toEqual([]);
    world.events.trouble = null;
    expect(await world.vipps.send(event)).toBe(204);
    expect(world.events.about(reference)).toHaveLength(1);
  });

  test('is refused in the same words whether the signature, the address or the provider is wrong', async () => {
    const reference = await paid();
    const payload = world.vipps.takeEvents()[0]?.body ?? '';
    const fields = ({
      authorization,
      'x-ms-date': signedAt,
      'x-ms-content-sha256': contentHash,
    }: Record<string, string>) => ({
      authorization,
      signedAt,
      contentHash,
    });
    const good = { provider: 'vipps', integrationId, payload, ...fields(world.vipps.signed(payload)) };
    const answer = async (change: object) => {
      const { body } = await call(receivePaymentWebhook, { ...good, ...change }, { by: null });
      return body;
    };
    const elsewhere = account.webhookUrl.replace(integrationId, uuidv7());
    const answers = await Promise.all([
      answer({ authorization: undefined }),
      answer({ payload: `${payload} ` }),
      answer(fields(world.vipps.signed(payload, { secret: 'another' }))),
      answer(fields(world.vipps.signed(payload, { url: elsewhere }))),
      answer(fields(world.vipps.signed(payload, { url: account.webhookUrl.replace('127.0.0.1', 'localhost') }))),
      answer(fields(world.vipps.signed(payload, { at: later(-6) }))),
      answer({ integrationId: uuidv7() }),
      answer({ integrationId: 'none' }),
      answer({ provider: 'stripe' }),
      answer({ provider: 'nobody' }),
    ]);
    expect(new Set(answers.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 'PAYMENT_WEBHOOK_REFUSED', kind: 'unauthenticated' });
    expect(world.events.about(reference)).toEqual([]);
    expect((await call(receivePaymentWebhook, good, { by: null })).code).toBeUndefined();
  });

  test('is refused before the secret is known, and after the integration is gone', async () => {
    const without = world.ofStripe();
    const { webhookUrl, id } = await connected(without);
    const secret = world.stripe.register(webhookUrl);
    const what = wanted();
    await (await world.providers.of(world.town.tenantId, id)).checkout(what);
    world.stripe.approve(what.reference);
    const [event] = world.stripe.takeEvents();
    if (!event) throw new Error('there is no event');
    expect(await world.stripe.send(event)).toBe(401);
    const read = () => world.service.app.get(Integrations, { strict: false }).readNow(world.town.tenantId, without);
    world.configure(without, { webhookSecret: secret });
    await read();
    expect(await world.stripe.send(event)).toBe(204);
    world.integrations.delete(without);
    await read();
    expect(await world.stripe.send(event)).toBe(401);
  });

  test('longer than 64 kB is none', async () => {
    const request = { provider: 'vipps', integrationId, payload: 'x'.repeat(65_537) };
    expect(await code(receivePaymentWebhook, request, { by: null })).toBe('VALIDATION_FAILED');
  });
});

describe('the page of the development provider', () => {
  async function opened(change: Parameters<typeof wanted>[0] = {}) {
    const town = await world.newTown();
    const { id } = await world.inTown((tx) => world.providers.choose(tx), town);
    const provider = await world.providers.of(town.tenantId, id);
    const what = wanted(change);
    const { redirectUrl } = await provider.checkout(what);
    const token = redirectUrl.split('/').at(-1) ?? '';
    const read = () => provider.read({ reference: what.reference, providerReference: null });
    return { what, redirectUrl, token, read, id, tenantId: town.tenantId };
  }
  const page = async (token: string) =>
    String((await call(showDevelopmentCheckout, { token }, { by: null })).body.html);
  const decide = (token: string, choice: string) => call(decideDevelopmentCheckout, { token, choice }, { by: null });

  test('is written in the payer’s language and shows what is paid, whatever is in it', async () => {
    const description = 'Sal <b>"A"</b> & scene';
    const { redirectUrl, token } = await opened({ locale: 'nn', description });
    expect(redirectUrl).toBe(`${world.receiver.url}/api/v1/development-payments/${token}`);
    const html = await page(token);
    expect(html).toContain('<html lang="nn">');
    expect(html).toContain('Sal &lt;b&gt;&quot;A&quot;&lt;/b&gt; &amp; scene');
    expect(html).not.toContain('<b>');
    expect(html).toMatch(/<button type="submit" name="choice" value="pay">Betal [^<]*125,00/);
    expect(html).toContain('<button type="submit" name="choice" value="cancel">Avbryt</button>');
    for (const [locale, words] of [
      ['nb', 'Ingen penger flyttes'],
      ['en', 'No money is moved'],
    ] as const)
      expect(await page((await opened({ locale })).token)).toContain(words);
  });

  test('pays, sends the payer back, and tells in a signed webhook over HTTP, again until it is taken', async () => {
    const { what, token, read, id, tenantId } = await opened();
    world.events.trouble = new Error('not yet');
    expect((await decide(token, 'pay')).body).toEqual({ location: what.returnUrl });
    expect(await read()).toMatchObject({ status: 'authorized', authorized: what.amount.amount });
    await eventually(async () => expect(world.receiver.about(what.reference).length).toBeGreaterThan(0));
    expect(world.events.about(what.reference)).toEqual([]);
    world.events.trouble = null;
    await eventually(async () => expect(world.events.about(what.reference)).toHaveLength(1));
    expect(world.events.about(what.reference)[0]).toMatchObject({
      tenantId,
      providerId: id,
      webhook: { type: 'payment.authorized' },
    });
    expect(await page(token)).toContain('Betalingen er godkjent.');
  });

  test('decides once: who has paid has paid, and who gave up has not', async () => {
    const paid = await opened();
    await decide(paid.token, 'pay');
    expect((await decide(paid.token, 'cancel')).body).toEqual({ location: paid.what.returnUrl });
    expect(await paid.read()).toMatchObject({ status: 'authorized' });
    const given = await opened();
    await Promise.all(Array.from({ length: 4 }, () => decide(given.token, 'cancel')));
    await decide(given.token, 'pay');
    expect(await given.read()).toMatchObject({ status: 'cancelled', authorized: 0 });
    expect(await page(given.token)).not.toContain('<form');
  });

  test('takes nothing when the time is over', async () => {
    const late = await opened({ expiresAt: later(-1) });
    await decide(late.token, 'pay');
    expect(await late.read()).toMatchObject({ status: 'expired', authorized: 0 });
    expect(await page(late.token)).toContain('Tiden for å betale er ute.');
  });

  test('is found by its whole address only', async () => {
    const { token } = await opened();
    const [tenantId, id] = token.split('.') as [string, string];
    for (const wrong of ['x', `${tenantId}.${uuidv7()}`, `${uuidv7()}.${id}`, `${token}x`])
      for (const operation of [showDevelopmentCheckout, decideDevelopmentCheckout])
        expect(await code(operation, { token: wrong, choice: 'pay' }, { by: null })).toMatch(/NOT_FOUND|VALIDATION/);
  });
});
