import { randomUUID } from 'node:crypto';
import { createClient } from '@digilist/client';
import { book, findFreeTime, type Heard, listen, type Time } from '@examples/web-client';
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

const agree = async () => true;
const pressed = () => ({ idempotencyKey: randomUUID(), agree });

describe('the web client of the examples', () => {
  it('finds without signing in what is free', async () => {
    expect(time).toMatchObject({ listing: { id: town.hall.id }, startsAt: at(4, 9), endsAt: at(4, 10) });
  });

  it('books once for the price that was shown, also when the request is sent again', async () => {
    const once = pressed();
    const first = await book(town.resident.client, time, once);
    expect(first).toMatchObject({ kind: 'booked', booking: { status: 'confirmed', startsAt: time.startsAt } });
    if (first?.kind === 'booked') expect(first.booking.total).toEqual(first.quote.price.total);
  });

  it('tells one who was slower what else is free, and one who breaks a rule which', async () => {
    expect(await book(town.admin.client, time, pressed())).toMatchObject({
      kind: 'taken',
      alternatives: expect.arrayContaining([expect.objectContaining({ startsAt: expect.any(String) })]),
    });
    const endsAt = new Date(Date.parse(time.startsAt) + 60_000).toISOString();
    expect(await book(town.admin.client, { ...time, endsAt }, pressed())).toEqual({
      kind: 'refused',
      messages: expect.arrayContaining([expect.stringContaining('30')]),
    });
  });

  it('books nothing when the price is not agreed to', async () => {
    const later = { ...time, startsAt: at(5, 9), endsAt: at(5, 10) };
    expect(await book(town.resident.client, later, { ...pressed(), agree: async () => false })).toBeNull();
    const { data } = await town.resident.client.digilist.listBookings({});
    expect(data.filter(({ startsAt }) => startsAt === later.startsAt)).toEqual([]);
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
    const answered = await book(client, { ...time, startsAt: at(6, 9), endsAt: at(6, 10) }, pressed());
    const id = answered?.kind === 'booked' ? answered.booking.id : '';
    await eventually(() =>
      expect(heard.map(({ data }) => data)).toContainEqual(
        expect.objectContaining({ type: 'digilist.booking.confirmed.v1', subject: id }),
      ),
    );
    stop.abort();
    await listening;
  });
});
