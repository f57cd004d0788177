import {
  type BookingFact,
  bookingApproved,
  bookingCancelled,
  bookingConfirmed,
  bookingRejected,
  bookingRequested,
} from '@digilist/contracts';
import { subscriberOptions } from './connection.js';
import { type Received, Subscriber } from './subscriber.js';

const time = new Intl.DateTimeFormat('nb-NO', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Oslo' });
const kroner = new Intl.NumberFormat('nb-NO', { style: 'currency', currency: 'NOK' });

function print({ event, again }: Received<BookingFact>, more = ''): void {
  const { data } = event;
  const when = `${time.format(new Date(data.startsAt))} – ${time.format(new Date(data.endsAt))}`;
  const amount = kroner.format(data.totalAmount / 100);
  console.log(
    `${event.time}  ${event.type.padEnd(34)} booking ${data.bookingId} (v${event.aggregateversion}) ${when}, ${amount}${more}${again ? '  [again]' : ''}`,
  );
}

try {
  const subscriber = await Subscriber.open(subscriberOptions());
  subscriber
    .on(bookingRequested, (received) => print(received))
    .on(bookingConfirmed, (received) => print(received))
    .on(bookingApproved, (received) => print(received, reason(received.event.data.reason)))
    .on(bookingRejected, (received) =>
      print(received, ` ${received.event.data.reasonCode}${reason(received.event.data.reason)}`),
    )
    .on(bookingCancelled, (received) => print(received, reason(received.event.data.reason)))
    .onOther(({ event }) => console.log(`${event.time}  ${event.type.padEnd(34)} ${event.subject}`));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void subscriber.close());
  console.log('following the domain events of DIGILIST; Ctrl-C ends it and keeps the place');
  await subscriber.follow((error) => console.error(`interrupted, trying again: ${error.message}`));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function reason(text: string | null): string {
  return text ? ` – ${text}` : '';
}
