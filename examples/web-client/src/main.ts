import { randomUUID } from 'node:crypto';
import { createClient } from '@digilist/client';
import { book, offer } from './book.js';
import { findFreeTime } from './find.js';
import { listen } from './live.js';

const { GATEWAY_URL: baseUrl = 'http://localhost:3000', TENANT: tenant = 'fjordvik' } = process.env;
const { EMAIL = 'kari.nygaard@innbygger.example', PASSWORD = 'bare-prov-deg-fram' } = process.env;
const DAY_MS = 86_400_000;

const client = createClient({ baseUrl, tenant, language: 'en' });
const time = await findFreeTime(client, 'møterom', new Date(Date.now() + 7 * DAY_MS));
if (!time) throw new Error('nothing is free: try another week, or "npm start -- --fresh"');
console.log(`free: ${time.listing.name.nb} from ${time.startsAt}`);

await client.signIn(EMAIL, PASSWORD);
const stop = new AbortController();
const events = listen(client, { baseUrl, types: ['digilist.booking'], signal: stop.signal });
while ((await events.next()).value?.event !== 'ready');

const offered = await offer(client, time);
if (offered.kind !== 'done') throw new Error(`no price: ${JSON.stringify(offered)}`);
console.log(`price: ${offered.value.explanation.join(' ')}`);
const quoteId = offered.value.id;
const booked = await book(client, time, { quoteId, idempotencyKey: randomUUID() });
if (booked.kind !== 'done') throw new Error(`not booked: ${JSON.stringify(booked)}`);
console.log(`booked: ${booked.value.id} is ${booked.value.status}`);

const again = await book(client, time, { quoteId, idempotencyKey: randomUUID() });
console.log(`the same time again: ${again.kind}`);

await client.digilist.cancelBooking({ id: booked.value.id, reason: 'Only an example' });
for await (const { data } of events) {
  const { type } = data as { type: string };
  console.log(`heard: ${type}`);
  if (type.startsWith('digilist.booking.cancelled')) break;
}
stop.abort();
await client.signOut();
