import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type NatsCredential, natsOptions, query } from '@kit/testing';
import { connect } from '@nats-io/transport-node';
import {
  closePersonalData,
  createDataSubjectRequest,
  createIntegration,
  createWebhook,
  type DataSubjectRequest,
  downloadDataSubjectBundle,
  getDataSubjectRequest,
  getIntegration,
  listAuditLogs,
  putConsent,
  readIntegration,
  recordConsent,
  registerProduct,
  reportPersonalData,
  verifyAuditLogs,
} from '@platform/contracts';
import { Webhook as Verifier } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import { type TestProduct } from '../test/product.js';
import { PARKING } from '../test/products/manifests.js';
import { statesHeardBy } from '../test/products/states.js';
import { refused, type ThreeProducts, threeProducts } from '../test/products/world.js';
import { type PlatformWorld, type TestTenant } from '../test/world.js';
import { filesIn } from '../test/zip.js';

describe('between PLATFORM and three products', () => {
  let system: ThreeProducts;
  let world: PlatformWorld;
  let lending: TestProduct;
  let parking: TestProduct;
  let polls: TestProduct;
  let fjell: TestTenant;

  beforeAll(async () => {
    system = await threeProducts();
    ({ world, lending, parking, polls, fjell } = system);
  });
  afterAll(() => system?.stop());

  const admin = () => system.admin;
  const person = (name: string) => system.person(name);

  test('tells a product of consents as state, and records what one collected itself for its own purposes', async () => {
    const ola = await person('ola');
    const heard = await statesHeardBy(world, 'lending');
    const consent = { purposeKey: 'lending.reminders', state: 'given', version: 1, language: 'nb' } as const;
    await world.done(putConsent, consent, { token: ola.token });
    const state = { userId: ola.id, purposeKey: 'lending.reminders', purposeVersion: 1, status: 'given' };
    await eventually(() => expect(heard.of('consent', fjell.id)).toContainEqual(expect.objectContaining(state)));
    await heard.close();
    const onPaper = { ...consent, tenantId: fjell.id, userId: ola.id, channel: 'paper' };
    expect(await lending.call(recordConsent, { ...onPaper, state: 'withdrawn' })).toEqual({
      status: 'withdrawn',
      effective: false,
    });
    expect(await refused(parking.call(recordConsent, onPaper))).toContain('CONSENT_PURPOSE_UNKNOWN');
  });

  test('completes no access and no erasure while a product is silent, and puts its answer into the export', async () => {
    const siri = await person('siri');
    const ask = (kind: string): Promise<DataSubjectRequest> =>
      world.done(createDataSubjectRequest, { kind }, { token: siri.token });
    const read = (id: string) => world.done(getDataSubjectRequest, { id }, admin());
    const waitsFor = (id: string, ...keys: string[]) =>
      eventually(async () => {
        const { status, participants } = await read(id);
        expect(participants.filter((one) => one.status === 'waiting').map(({ key }) => key)).toEqual(keys);
        expect(status).toBe(keys.length > 0 ? 'in_progress' : 'completed');
      });
    const { id } = await ask('access');
    await waitsFor(id, 'lending', 'parking');
    const of = { tenantId: fjell.id, requestId: id };
    const loans = { ...of, part: 1, category: 'lending.loans', content: { records: [{ thing: 'drill' }] } };
    expect(await refused(polls.call(reportPersonalData, { ...loans, category: 'polls.x' }))).toBe(
      'PARTICIPANT_UNKNOWN',
    );
    expect(await refused(parking.call(reportPersonalData, loans))).toBe('VALIDATION_FAILED category');
    await lending.call(reportPersonalData, loans);
    await lending.call(closePersonalData, { ...of, outcome: 'completed', parts: 1 });
    await waitsFor(id, 'parking');
    await parking.call(closePersonalData, { ...of, outcome: 'nothing', parts: 0 });
    await waitsFor(id);
    const { content } = await world.done(downloadDataSubjectBundle, { id }, { token: siri.token });
    const files = filesIn(Buffer.from(content, 'base64'));
    expect(JSON.parse(files['data/lending/lending.loans.json'] as string).records).toEqual([{ thing: 'drill' }]);
    expect(Object.keys(files).filter((name) => name.startsWith('data/parking/'))).toEqual([]);

    const erasure = await ask('erasure');
    // PLATFORM erases last: until then it can still ask.
    await waitsFor(erasure.id, 'lending', 'parking', 'platform');
    const retained = [{ category: 'lending.loans', legalGround: 'Bookkeeping act', until: '2031-01-01T00:00:00Z' }];
    const answer = { tenantId: fjell.id, requestId: erasure.id, outcome: 'completed', parts: 0 } as const;
    await lending.call(closePersonalData, { ...answer, erased: { 'lending.loans': 1 }, retained });
    await waitsFor(erasure.id, 'parking', 'platform');
    const name = () => world.rows('SELECT name FROM platform.users WHERE id = $1', [siri.id]);
    expect(await name()).toEqual([{ name: 'siri' }]);
    await parking.call(closePersonalData, answer);
    await waitsFor(erasure.id);
    expect(await name()).not.toEqual([{ name: 'siri' }]);
    expect((await read(erasure.id)).participants[0]).toMatchObject({ key: 'lending', erased: { 'lending.loans': 1 } });
  });

  test('delivers an event of a product as a webhook that the public verifier takes', async () => {
    const url = `${system.receiver.origin}/loans`;
    const { secret } = await world.done(createWebhook, { url, eventTypes: ['lending.loan.*'] }, admin());
    const thing = uuidv7();
    await lending.tell(fjell.id, 'loan', 'started', thing, { thing: 'tent' });
    await eventually(() => expect(system.receiver.at('/loans')).toHaveLength(1));
    const { headers, body } = system.receiver.first('/loans');
    expect(new Verifier(secret).verify(body, headers)).toMatchObject({
      type: 'lending.loan.started.v1',
      aggregateId: thing,
      data: { thing: 'tent' },
    });
    // As a fact of another product it is none: the stream says who speaks.
    const lie = { specversion: '1.0', id: uuidv7(), type: 'lending.loan.started.v1', source: 'lending' };
    const whole = { ...lie, tenantid: fjell.id, time: new Date().toISOString(), data: { thing: 'car' } };
    await parking.forge(fjell.id, whole);
    await lending.tell(fjell.id, 'loan', 'started', thing, { thing: 'saw' });
    await eventually(() => expect(system.receiver.at('/loans')).toHaveLength(2));
    expect(system.receiver.at('/loans').map((one) => JSON.parse(one.body).data.thing)).toEqual(['tent', 'saw']);
  });

  test('hands a product the connection that a tenant configured, with its secrets, and no other product', async () => {
    const config = { url: `${system.receiver.origin}/locker`, token: 'locker-token-of-fjell' };
    const made = await world.done(createIntegration, { kind: 'lending.locker', name: 'Lockers', config }, admin());
    const at = { tenantId: fjell.id, id: made.id };
    expect(await lending.call(readIntegration, at)).toMatchObject({ kind: 'lending.locker', config });
    expect(await refused(parking.call(readIntegration, at))).toBe('NOT_FOUND');
    expect(JSON.stringify(await world.done(getIntegration, { id: made.id }, admin()))).not.toContain(config.token);
  });

  test('chains what each product reports of itself, and parks what one says of another', async () => {
    const record = (action: string) => ({
      id: uuidv7(),
      tenantId: fjell.id,
      occurredAt: new Date().toISOString(),
      actor: { kind: 'user', id: fjell.administratorId },
      action,
      entity: { type: 'thing', id: 't1' },
      outcome: 'done',
      requestId: 'r1',
    });
    await parking.report(fjell.id, record('lending.loan.start'));
    await lending.report(fjell.id, record('lending.loan.start'));
    await parking.report(fjell.id, record('parking.permit.issue'));
    const actions = async (action: string) => (await world.done(listAuditLogs, { action }, admin())).data;
    await eventually(async () => expect(await actions('parking.*')).toHaveLength(1));
    await eventually(async () => expect(await actions('lending.loan.*')).toHaveLength(1));
    expect((await actions('lending.loan.*'))[0]).toMatchObject({ product: 'lending' });
    expect(await world.done(verifyAuditLogs, {}, admin())).toMatchObject({ intact: true, firstBreak: null });
    await eventually(async () =>
      expect(
        await query(
          world.database.urls.superuser,
          "SELECT 1 FROM platform.dead_letters WHERE stream = 'PARKING_EVENTS'",
        ),
      ).not.toHaveLength(0),
    );
  });

  test('hears no product under the name of another', async () => {
    const credentials = new Map(Object.entries(world.nats.credentials));
    const connection = await connect(natsOptions(world.nats, credentials.get('parking') as NatsCredential));
    const ask = (as: string) => {
      const subject = registerProduct.subject.replace('*', as);
      return connection.request(subject, JSON.stringify(PARKING), { timeout: 1_000 });
    };
    expect((await ask('parking')).headers?.get('x-status')).toBe('ok');
    await expect(ask('lending')).rejects.toThrow();
    await connection.close();
  });
});
