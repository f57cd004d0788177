import {
  bookingApproved,
  bookingCancelled,
  bookingConfirmed,
  bookingEvents,
  bookingRejected,
} from '@digilist/contracts';
import { connectAs, is, subscribe } from '@kit/subscriber';
import { subscriberAccount } from './accounts.js';
import { DURABLE } from './index.js';

const time = new Intl.DateTimeFormat('nb-NO', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Oslo' });
const kroner = new Intl.NumberFormat('nb-NO', { style: 'currency', currency: 'NOK' });

try {
  const connection = await connectAs(subscriberAccount());
  const subscription = await subscribe(connection, {
    durable: DURABLE,
    events: bookingEvents,
    handle(event, again) {
      const { data } = event;
      const when = `${time.format(new Date(data.startsAt))} – ${time.format(new Date(data.endsAt))}`;
      const line = `${event.time}  ${event.type.padEnd(34)} booking ${data.bookingId} (v${event.aggregateversion})`;
      console.log(`${line} ${when}, ${kroner.format(data.totalAmount / 100)}${why(event)}${again ? '  [again]' : ''}`);
    },
    onInterruption: (error) => console.error(`interrupted, trying again: ${error.message}`),
  });
  console.log('following what happens to bookings; Ctrl-C ends it and keeps the place');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void subscription.close());
  await subscription.closed;
  await connection.drain();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** Each type tells what it tells: the contract knows. */
function why(event: Parameters<typeof is>[1]): string {
  if (is(bookingRejected, event)) return ` – ${event.data.reasonCode}: ${event.data.reason ?? ''}`;
  if (is(bookingApproved, event) || is(bookingCancelled, event))
    return event.data.reason ? ` – ${event.data.reason}` : '';
  return is(bookingConfirmed, event) ? ' – settled' : '';
}
