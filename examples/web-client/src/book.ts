import { ApiProblem, type Client } from '@digilist/client';
import type { Booking, Quote } from '@digilist/contracts';
import type { Time } from './find.js';

/** What a page shows next. */
export type Answered =
  | { readonly kind: 'booked'; readonly booking: Booking; readonly quote: Quote }
  /** Somebody was faster: show what is free instead. */
  | { readonly kind: 'taken'; readonly alternatives: readonly { startsAt: string; endsAt: string }[] }
  /** A rule says no, or the form is not filled in: each to be shown where it belongs. */
  | { readonly kind: 'refused'; readonly messages: readonly string[] }
  | { readonly kind: 'later'; readonly seconds: number };

/**
 * Asks for the price, shows it, books for exactly that. The key is one per press of the button: pressed twice, or sent
 * again because the answer was lost, it is one booking.
 */
export async function book(
  { digilist }: Client,
  { listing, ...time }: Time,
  { idempotencyKey, agree }: { idempotencyKey: string; agree: (quote: Quote) => Promise<boolean> },
): Promise<Answered | null> {
  const wanted = { listingId: listing.id, ...time };
  try {
    const quote = await digilist.createQuote(wanted);
    if (!(await agree(quote))) return null;
    const terms = listing.terms ? { termsVersion: listing.terms.version } : {};
    const booking = await digilist.createBooking({ ...wanted, ...terms, quoteId: quote.id }, { idempotencyKey });
    return { kind: 'booked', booking, quote };
  } catch (error) {
    if (error instanceof ApiProblem) return answerTo(error);
    throw error;
  }
}

/** Codes never change, texts may: decide by `code`, show `detail` and `errors`, which are in the language of the client. */
function answerTo(error: ApiProblem): Answered {
  const { problem, retryAfter } = error;
  switch (error.code) {
    case 'SLOT_CONFLICT': {
      const { alternatives = [] } = problem.details as { alternatives?: { startsAt: string; endsAt: string }[] };
      return { kind: 'taken', alternatives };
    }
    case 'RULE_VIOLATION':
    case 'VALIDATION_FAILED':
      return { kind: 'refused', messages: (problem.errors ?? []).map(({ message }) => message) };
    default:
      if (retryAfter !== null) return { kind: 'later', seconds: retryAfter };
      if (error.status >= 500) throw error;
      return { kind: 'refused', messages: [problem.detail] };
  }
}
