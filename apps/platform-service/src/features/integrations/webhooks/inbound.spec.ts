import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobOrigin, newWebhookSecret, receiveWebhook, signWebhook, UnitOfWork, verifyWebhook } from '@kit/service';
import { Webhook as Signer } from 'standardwebhooks';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

const SECRETS = [newWebhookSecret(), newWebhookSecret()];
const BODY = JSON.stringify({ type: 'payment.settled', data: { amount: 1200 } });

/** A webhook as a provider sends it, signed by the public library. */
function sent(id: string, { secret = SECRETS[0] as string, at = new Date(), body = BODY } = {}) {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Signer(secret).sign(id, at, body),
  };
  return { secrets: SECRETS, headers, body };
}

describe('a webhook that is received', () => {
  const verify = ({ secrets, headers, body }: ReturnType<typeof sent>, now = new Date()) =>
    verifyWebhook(secrets, headers, body, now);

  test('is taken when it is signed with any of the secrets, within five minutes', () => {
    expect(verify(sent('msg_1')).id).toBe('msg_1');
    expect(verify(sent('msg_1', { secret: SECRETS[1] as string })).id).toBe('msg_1');
    expect(verify(sent('msg_1', { at: new Date(Date.now() - 290_000) })).id).toBe('msg_1');
  });

  test('is refused when a letter is changed, a header is missing, or it is old or from the future', () => {
    const good = sent('msg_1');
    const refused = (change: Partial<ReturnType<typeof sent>>, problem: string) =>
      expect(() => verify({ ...good, ...change })).toThrow(expect.objectContaining({ problem }));
    refused({ body: BODY.replace('1200', '1201') }, 'signature');
    refused({ headers: { ...good.headers, 'webhook-id': 'msg_2' } }, 'signature');
    const moved = String(Number(good.headers['webhook-timestamp']) + 1);
    refused({ headers: { ...good.headers, 'webhook-timestamp': moved } }, 'signature');
    refused({ secrets: [newWebhookSecret()] }, 'signature');
    refused({ headers: { ...good.headers, 'webhook-signature': 'v1,' } }, 'signature');
    const asymmetric = good.headers['webhook-signature'].replace('v1,', 'v1a,');
    refused({ headers: { ...good.headers, 'webhook-signature': asymmetric } }, 'signature');
    refused(sent('msg_1', { at: new Date(Date.now() - 301_000) }), 'timestamp');
    refused(sent('msg_1', { at: new Date(Date.now() + 302_000) }), 'timestamp');
    refused({ headers: { ...good.headers, 'webhook-timestamp': 'now' } }, 'headers');
    refused({ headers: { ...good.headers, 'webhook-id': '' } }, 'headers');
  });

  test('ours and the public library sign alike', () => {
    const at = new Date();
    const secret = SECRETS[0] as string;
    expect(signWebhook([secret], 'msg_1', at, BODY)['webhook-signature']).toBe(
      new Signer(secret).sign('msg_1', at, BODY),
    );
    expect(() => signWebhook([secret], 'msg.1', at, BODY)).toThrow();
  });
});

describe('its effect', () => {
  let world: PlatformWorld;
  let fjell: TestTenant;
  beforeAll(async () => {
    world = await platformWorld();
    fjell = await world.tenant('fjell');
  });
  afterAll(() => world?.stop());

  test('happens once, however often and by however many it is delivered at once, and never without its commit', async () => {
    const work = world.service.app.get(UnitOfWork, { strict: false });
    let effects = 0;
    const receive = (webhook: ReturnType<typeof sent>, { source = 'provider', fail = false } = {}) =>
      work.runAs(jobOrigin(fjell.id, 'spec'), async (tx) => {
        const received = await receiveWebhook(tx, 'platform', source, webhook);
        if (fail) throw new Error('the effect failed');
        if (received) effects += 1;
        return received;
      });
    await expect(receive(sent('evt_1'), { fail: true })).rejects.toThrow('the effect failed');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => receive(sent('evt_1'))));
    expect(outcomes.filter((outcome) => outcome !== null)).toEqual([{ id: 'evt_1', payload: JSON.parse(BODY) }]);
    expect(effects).toBe(1);
    await receive(sent('evt_2'));
    await receive(sent('evt_1'), { source: 'another provider' });
    expect(effects).toBe(3);
  });
});
