import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@digilist/client';
import { book, findFreeTime, type Heard, listen, offer, type Time } from '@examples/web-client';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { at, type Municipality, municipality, PASSWORD } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
let time: Time;
beforeAll(async () => {
  town = await municipality(system);
  const anonymous = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug });
  time = (await findFreeTime(anonymous, 'Hallen', new Date(at(4, 9)))) as Time;
}, 60_000);

const pressed = async (client: Client, what: Time) => {
  const offered = await offer(client, what);
  if (offered.kind !== 'done') throw new Error(JSON.stringify(offered));
  return { quoteId: offered.value.id, total: offered.value.price.total, idempotencyKey: randomUUID() };
};

describe('the web client of the examples', () => {
  it('finds without signing in what is free', async () => {
    expect(time).toMatchObject({ listing: { id: town.hall.id }, startsAt: at(4, 9), endsAt: at(4, 10) });
  });

  it('books once for the price that was shown, also when the request is sent again', async () => {
    const { client } = town.resident;
    const { total, ...once } = await pressed(client, time);
    const first = await book(client, time, once);
    expect(first).toMatchObject({ kind: 'done', value: { status: 'confirmed', startsAt: time.startsAt, total } });
    expect(await book(client, time, once)).toEqual(first);
    expect((await client.digilist.listBookings({})).data).toHaveLength(1);
  });

  it('tells one who was slower what else is free, and one who breaks a rule which', async () => {
    const { client } = town.admin;
    expect(await book(client, time, await pressed(client, time))).toMatchObject({
      kind: 'taken',
      alternatives: expect.arrayContaining([expect.objectContaining({ startsAt: expect.any(String) })]),
    });
    const endsAt = new Date(Date.parse(time.startsAt) + 60_000).toISOString();
    const short = { ...time, endsAt };
    expect(await book(client, short, await pressed(client, short))).toEqual({
      kind: 'refused',
      messages: expect.arrayContaining([expect.stringContaining('30')]),
    });
  });
});

describe('its live events', () => {
  let stop: AbortController;
  afterEach(() => stop.abort());

  it('go on with new tokens where an expired one ended, and miss nothing', async () => {
    const { gatewayUrl: baseUrl } = system;
    const client = createClient({ baseUrl, tenant: town.slug });
    const { refreshToken } = await client.signIn(town.resident.email, PASSWORD);
    client.useTokens({ accessToken: 'expired.long.ago', refreshToken });
    stop = new AbortController();
    const heard: Heard[] = [];
    const listening = (async () => {
      for await (const one of listen(client, { baseUrl, types: ['digilist.booking'], signal: stop.signal }))
        heard.push(one);
    })();
    await eventually(() => expect(heard.map(({ event }) => event)).toContain('ready'), { within: 15_000 });
    expect(client.tokens?.accessToken).not.toBe('expired.long.ago');
    const later = { ...time, startsAt: at(6, 9), endsAt: at(6, 10) };
    const booked = await book(client, later, await pressed(client, later));
    const id = booked.kind === 'done' ? booked.value.id : '';
    await eventually(() =>
      expect(heard.map(({ data }) => data)).toContainEqual(
        expect.objectContaining({ type: 'digilist.booking.confirmed.v1', subject: id }),
      ),
    );
    stop.abort();
    await listening;
  });
});
