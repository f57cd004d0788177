import {
  type CreateQuote,
  type Price,
  QUOTE_EXPIRED,
  QUOTE_MISMATCH,
  QUOTE_UNKNOWN,
  type Quote,
} from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import { jobOrigin, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireBehalf } from '../../../platform/index.js';
import { dateOf, requirePlace, requireQuantity, requireTime, requireZone } from '../../listings/index.js';
import { explainPrice } from '../domain/explanation.js';
import { differences, type Quoted } from '../domain/quote-match.js';
import { priceOrRefuse } from '../price.js';
import { INSERT_QUOTE, type QuoteRow, READ_QUOTE } from './quotes.sql.js';

const QUOTE_HOLDS_MS = 15 * 60_000;
const LONGEST_QUOTE_DAYS = 400;

/** A price that holds for a while: what is booked with it costs that, whatever has become of the rules meanwhile. */
@Injectable()
export class QuotesService {
  constructor(private readonly work: UnitOfWork) {}

  create(ctx: RequestContext, request: CreateQuote): Promise<Quote> {
    const { listingId, quantity = 1, discountCode, addOns = [] } = request;
    return this.work.run(ctx, async (tx) => {
      const place = await requirePlace(tx, listingId, discountCode ?? null);
      const [from, until] = requireTime(request, place.listing.timezone, LONGEST_QUOTE_DAYS);
      const zone = requireZone(place.listing, request.zoneId);
      requireQuantity(place.listing, zone, quantity);
      const { userId } = userOf(ctx);
      const behalf = await requireBehalf(tx, userId, request.onBehalfOfOrgId ?? null);
      const wanted = { zoneId: zone.id, from, until, quantity, behalf, discountCode, addOns };
      const { price, pricingGroup } = priceOrRefuse(place, { ...wanted, pricingGroup: request.pricingGroup });
      const quoted = {
        listingId,
        zoneId: zone.id,
        startsAt: dateOf(from),
        endsAt: dateOf(until),
        quantity,
        pricingGroup,
        discountCode: discountCode ?? null,
        onBehalfOfOrgId: behalf?.orgId ?? null,
        addOns,
      };
      const quote = quoteOf(quoted, price, tx.now, ctx.locale);
      await insert(tx, userId, quote, quoted);
      return quote;
    });
  }

  /**
   * Does `work`, which may book with a quote. Where that has expired, the refusal brings a fresh one: it is kept here,
   * because what a refused transaction writes is gone.
   */
  async orFresh<T>(ctx: RequestContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof QuoteExpired) {
        const { tenantId, userId } = userOf(ctx);
        const { quote, quoted } = error;
        await this.work.runAs(jobOrigin(tenantId, 'requote', userId, ctx.now), (tx) =>
          insert(tx, userId, quote, quoted),
        );
      }
      throw error;
    }
  }
}

/** Thrown to refuse a quote that is out of date, with the one that takes its place. */
class QuoteExpired extends Refusal {
  constructor(
    readonly quote: Quote,
    readonly quoted: Quoted,
  ) {
    super(QUOTE_EXPIRED, { details: { quote } });
  }
}

/**
 * The price that the caller was quoted for exactly this.
 *
 * @param priceNow what it would cost now, for who comes too late; throws why there is no price any more
 * @throws Refusal QUOTE_UNKNOWN, QUOTE_MISMATCH, QUOTE_EXPIRED
 */
export async function requireQuote(
  tx: Tx,
  quoteId: string,
  userId: string,
  asked: Quoted,
  priceNow: () => { price: Price },
  locale: Locale,
): Promise<Price> {
  const [row] = await tx.query<QuoteRow>(READ_QUOTE, [tx.tenantId, quoteId, userId]);
  if (!row) throw new Refusal(QUOTE_UNKNOWN);
  const differs = differences(row, asked);
  if (differs.length > 0) throw new Refusal(QUOTE_MISMATCH, { details: { differs } });
  if (row.expiresAt <= tx.now) throw new QuoteExpired(quoteOf(asked, priceNow().price, tx.now, locale), asked);
  return row.price as Price;
}

function quoteOf(quoted: Quoted, price: Price, now: Date, locale: Locale): Quote {
  const { discountCode: _code, addOns: _addOns, startsAt, endsAt, ...told } = quoted;
  return {
    id: uuidv7(),
    ...told,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    price,
    explanation: explainPrice(price, locale),
    expiresAt: new Date(now.getTime() + QUOTE_HOLDS_MS).toISOString(),
  };
}

async function insert(tx: Tx, userId: string, { id, price, expiresAt }: Quote, quoted: Quoted): Promise<void> {
  await tx.query(INSERT_QUOTE, [
    tx.tenantId,
    id,
    quoted.listingId,
    quoted.zoneId,
    userId,
    quoted.startsAt,
    quoted.endsAt,
    quoted.quantity,
    quoted.pricingGroup,
    quoted.discountCode,
    price.total.currency,
    price.net.amount,
    price.vat.amount,
    price.total.amount,
    JSON.stringify(price.lines),
    expiresAt,
    quoted.onBehalfOfOrgId,
    JSON.stringify(quoted.addOns),
  ]);
}
