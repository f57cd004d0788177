import { ApiProblem, type Client } from '@digilist/client';
import type { Booking, Quote } from '@digilist/contracts';
import type { Time } from './find.js';

/** What a page shows next. */
export type Answered<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  /** Somebody was faster: show what is free instead. */
  | { readonly kind: 'taken'; readonly alternatives: readonly { startsAt: string; endsAt: string }[] }
  /** A rule says no, or the form is not filled in: texts in the language of the client. */
  | { readonly kind: 'refused'; readonly messages: readonly string[] }
  | { readonly kind: 'later'; readonly seconds: number };

/** A price that holds for a quarter of an hour, with how it came about in sentences. */
export const offer = ({ digilist }: Client, time: Time): Promise<Answered<Quote>> =>
  answered(() => digilist.createQuote(wanted(time)));

/**
 * Books for the price that was shown. The key is one per press of the button: pressed twice, or sent again because the
 * answer was lost, it is one booking.
 */
export const book = (
  { digilist }: Client,
  time: Time,
  { quoteId, idempotencyKey }: { quoteId: string; idempotencyKey: string },
): Promise<Answered<Booking>> => {
  const { terms } = time.listing;
  const request = { ...wanted(time), quoteId, ...(terms && { termsVersion: terms.version }) };
  return answered(() => digilist.createBooking(request, { idempotencyKey }));
};

const wanted = ({ listing, zoneId, startsAt, endsAt }: Time) => ({ listingId: listing.id, zoneId, startsAt, endsAt });

/** Codes never change, texts may: decide by `code`, show `detail` and `errors`. */
async function answered<Value>(call: () => Promise<Value>): Promise<Answered<Value>> {
  try {
    return { kind: 'done', value: await call() };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status >= 500) throw error;
    const { code, problem, retryAfter } = error;
    if (retryAfter !== null) return { kind: 'later', seconds: retryAfter };
    if (code === 'SLOT_CONFLICT') {
      const { alternatives = [] } = problem.details as { alternatives?: { startsAt: string; endsAt: string }[] };
      return { kind: 'taken', alternatives };
    }
    const fields = problem.errors?.map(({ message }) => message) ?? [];
    return { kind: 'refused', messages: fields.length > 0 ? fields : [problem.detail] };
  }
}
