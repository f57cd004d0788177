import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { type Received, type Receiver, startReceiver } from '@kit/testing/outside';
import { Webhook } from 'standardwebhooks';
import { outcome } from './support/http.js';
import { bookingOf, caughtUp, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const PATIENCE = { within: 15_000, every: 50 };

interface Content {
  type: string;
  aggregateId: string;
  version: number;
  data: Record<string, unknown>;
}

let receiver: Receiver;
let town: Municipality;
beforeAll(async () => {
  [receiver, town] = await Promise.all([startReceiver(), municipality(system)]);
}, 60_000);
afterAll(() => receiver?.stop());

const verified = ({ headers, body }: Received, secret: string): Content =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as Content;

const arrived = (path: string, secret: string, type: string, aggregateId: string): Promise<Received> =>
  eventually(async () => {
    const about = ({ body }: Received) => (JSON.parse(body) as Content).aggregateId === aggregateId;
    const found = receiver.at(path).find(about);
    if (!found) throw new Error(`no ${type} of ${aggregateId} among ${receiver.at(path).length}`);
    expect(verified(found, secret)).toMatchObject({ type, aggregateId });
    return found;
  }, PATIENCE);

describe('an archive that listens', () => {
  const path = '/archive';
  let id: string;
  let secret: string;

  it('gets what happens in both services, signed so that the public verifier accepts it', async () => {
    const { platform } = town.admin.client;
    const types = (await platform.listWebhookEventTypes({ limit: 200 })).data;
    const created = types.find(
      ({ type }) => type.startsWith('digilist.booking.') && /created|placed|confirmed/.test(type),
    );
    expect(created).toMatchObject({ entitled: true, module: 'digilist.booking' });
    const eventTypes = ['digilist.booking.*', 'platform.organization.created.v1'];
    ({ id, secret } = await platform.createWebhook({ url: `${receiver.origin}${path}`, eventTypes }));

    const booking = await caughtUp(() => town.resident.client.digilist.createBooking(bookingOf(town.hall, 5, 9)));
    const orgId = await town.organization('Arkivet');
    const heard = await eventually(async () => {
      const all = receiver.at(path).map((one) => verified(one, secret));
      const found = all.find(({ aggregateId }) => aggregateId === booking.id);
      expect(found?.type).toMatch(/^digilist\.booking\./);
      return found;
    }, PATIENCE);
    expect(heard).toMatchObject({ version: expect.any(Number), data: expect.any(Object) });
    await arrived(path, secret, 'platform.organization.created.v1', orgId);
    const [first] = receiver.at(path);
    expect(() => verified({ ...(first as Received), body: `${first?.body} ` }, secret)).toThrow();
  });

  it('changes over to another secret in its own time: both sign meanwhile', async () => {
    const { platform } = town.admin.client;
    const rotated = await platform.rotateWebhookSecret({ id });
    expect(rotated.secret).not.toBe(secret);
    const orgId = await town.organization('Ny etat');
    const sent = await arrived(path, rotated.secret, 'platform.organization.created.v1', orgId);
    expect(verified(sent, secret)).toEqual(verified(sent, rotated.secret));
    secret = rotated.secret;
  });

  it('that was down gets what it missed, under the same id', async () => {
    const { platform } = town.admin.client;
    receiver.status(path, 500);
    const orgId = await town.organization('Mens det var nede');
    const missed = await arrived(path, secret, 'platform.organization.created.v1', orgId);
    const delivery = await eventually(async () => {
      const { data } = await platform.listWebhookDeliveries({ id });
      const found = data.find(({ messageId }) => messageId === missed.headers['webhook-id']);
      expect(found?.attempts).toBeGreaterThan(0);
      return found;
    }, PATIENCE);
    receiver.status(path, 204);
    await platform.replayWebhookDelivery({ id, deliveryId: delivery?.id ?? '' });
    await eventually(async () => {
      const again = receiver.at(path).filter(({ headers }) => headers['webhook-id'] === missed.headers['webhook-id']);
      expect(again.length).toBeGreaterThan(1);
      const read = await platform.getWebhookDelivery({ id, deliveryId: delivery?.id ?? '' });
      expect(read.status).toBe('delivered');
      expect(read.log.map(({ statusCode }) => statusCode)).toEqual(expect.arrayContaining([500, 204]));
    }, PATIENCE);
  });

  it('is nobody else’s: not another municipality’s, and not of who leads one organization', async () => {
    const leader = await town.person('leder', [{ role: 'tenant_administrator', orgId: town.orgId }]);
    expect(await outcome(leader.client.platform.getWebhook({ id }))).toBe('FORBIDDEN');
    expect(await outcome(leader.client.platform.listWebhookDeliveries({ id }))).toBe('FORBIDDEN');
    expect(await outcome(leader.client.platform.rotateWebhookSecret({ id }))).toBe('FORBIDDEN');
    const other = await municipality(system);
    expect(await outcome(other.admin.client.platform.getWebhook({ id }))).toBe('NOT_FOUND');
  });
});
