import { bookingConfirmed } from '@digilist/contracts';
import { DURABLE, Subscriber } from '@examples/subscriber';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, seekDurable } from '@kit/testing';
import { bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

/** Everything that a subscriber hears of this town while `work` goes on and `until` does not hold. */
async function following(
  until: (heard: string[]) => void,
  work: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const heard: string[] = [];
  const subscriber = await Subscriber.open({ servers: system.nats.url, ...system.nats.credentials.subscriber });
  subscriber.on(bookingConfirmed, ({ event }) => {
    if (event.tenantid === town.id) heard.push(event.data.bookingId);
  });
  const done = subscriber.follow();
  try {
    await work();
    await eventually(() => until(heard), { within: 15_000 });
  } finally {
    await subscriber.close();
    await done;
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

  it('hears again from a point in time when the operator sets it back; it cannot do that itself', async () => {
    const later = new Date();
    await book(13);
    await seekDurable(system.nats.url, system.nats.credentials, 'DIGILIST_EVENTS', DURABLE, later);
    expect(await following((all) => expect(all).toHaveLength(1))).toEqual(booked.slice(4));
    await seekDurable(system.nats.url, system.nats.credentials, 'DIGILIST_EVENTS', DURABLE, 'all');
    expect(await following((all) => expect(all).toHaveLength(5))).toEqual(booked);
  });
});
