import { bookingCancelled, bookingConfirmed } from '@digilist/contracts';
import { DURABLE } from '@examples/subscriber';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAs, is, type SubscribeOptions, subscribe } from '@kit/subscriber';
import { eventually } from '@kit/testing';
import { bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

type Connection = Awaited<ReturnType<typeof connectAs>>;

const system = sharedSystem();
let town: Municipality;
let connection: Connection;
let operator: Connection;
beforeAll(async () => {
  const as = (user: 'subscriber' | 'digilist_admin') =>
    connectAs({ servers: system.nats.url, ...system.nats.credentials[user] });
  [connection, operator, town] = await Promise.all([as('subscriber'), as('digilist_admin'), municipality(system)]);
}, 60_000);
afterAll(async () => {
  await connection?.close();
  await operator?.close();
});

/** Bookings of this town that a subscriber hears of while `work` goes on and `until` does not hold. */
async function following(
  until: (heard: string[]) => void,
  work: () => Promise<unknown> = async () => {},
  from?: SubscribeOptions<typeof bookingConfirmed>['from'],
): Promise<string[]> {
  const heard: string[] = [];
  const subscription = await subscribe(connection, {
    durable: DURABLE,
    events: [bookingConfirmed],
    handle: ({ tenantid, data }) => {
      if (tenantid === town.id) heard.push(data.bookingId);
    },
    ...(from && { from }),
  });
  try {
    await work();
    await eventually(() => until(heard), { within: 15_000 });
  } finally {
    await subscription.close();
  }
  return heard;
}

describe('a subscriber with a durable', () => {
  const booked: string[] = [];
  const book = async (hour: number) => {
    booked.push((await town.resident.client.digilist.createBooking(bookingOf(town.hall, 3, hour))).id);
  };

  it('hears what happened while it was away, in order, and each fact once', async () => {
    await book(9);
    await book(10);
    const heard = await following(
      (all) => expect(all).toHaveLength(3),
      () => book(11),
    );
    expect(heard).toEqual(booked);
  });

  it('goes on where it stopped', async () => {
    await book(12);
    expect(await following((all) => expect(all).toHaveLength(1))).toEqual(booked.slice(3));
  });

  it('hears again from a point in time when the operator sets it back', async () => {
    const later = new Date();
    await book(13);
    const again = (at: Date | 'all', count: number) =>
      following((all) => expect(all).toHaveLength(count), undefined, { at, operator });
    expect(await again(later, 1)).toEqual(booked.slice(4));
    expect(await again('all', 5)).toEqual(booked);
  });

  it('cannot set itself back, nor read what it was not given', async () => {
    const own = { durable: DURABLE, events: [bookingConfirmed], handle: () => undefined };
    await expect(subscribe(connection, { ...own, from: { at: 'all', operator: connection } })).rejects.toThrow();
  });

  it('hears an event again whose handler failed, under the same id', async () => {
    const seen: { id: string; again: boolean }[] = [];
    const problems: string[] = [];
    const subscription = await subscribe(connection, {
      durable: DURABLE,
      events: [bookingConfirmed],
      handle: ({ id, tenantid }, again) => {
        if (tenantid !== town.id) return;
        seen.push({ id, again });
        if (seen.length === 1) throw new Error('the database was away');
      },
      onInterruption: ({ message }) => problems.push(message),
    });
    await book(14);
    await eventually(() => expect(seen).toHaveLength(2), { within: 15_000 });
    await subscription.close();
    expect(seen[0]?.id).toBe(seen[1]?.id);
    expect(seen.map(({ again }) => again)).toEqual([false, true]);
    expect(problems).toEqual(['the database was away']);
  });
});

describe('a subscriber without a durable', () => {
  it('hears what happens from now on, of the types it asked for; each tells what its contract says', async () => {
    const told: string[] = [];
    const subscription = await subscribe(connection, {
      events: [bookingConfirmed, bookingCancelled],
      handle: (event) => {
        if (event.tenantid === town.id)
          told.push(is(bookingCancelled, event) ? `${event.data.reason}` : event.data.status);
      },
    });
    const { id } = await town.resident.client.digilist.createBooking(bookingOf(town.hall, 4, 9));
    await town.resident.client.digilist.cancelBooking({ id, reason: 'Syk' });
    await eventually(() => expect(told).toEqual(['confirmed', 'Syk']));
    await subscription.close();
  });

  it('names events of one context, and cannot read again', async () => {
    await expect(subscribe(connection, { events: [], handle: () => undefined })).rejects.toThrow('one context');
    const from = { at: 'all' as const, operator };
    await expect(subscribe(connection, { events: [bookingConfirmed], handle: () => undefined, from })).rejects.toThrow(
      'durable',
    );
  });
});
