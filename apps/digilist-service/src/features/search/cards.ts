import type { ListingSummary } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import type { TariffOfListing } from './domain/price-from.js';
import type { Match } from './finding.js';
import { READ_CARDS } from './search.sql.js';

/** What a list shows of a listing, whoever asks and from wherever. */
export interface Card {
  readonly summary: Omit<ListingSummary, 'priceFrom' | 'distance' | 'free'>;
  readonly tariff: TariffOfListing;
}

interface Kept extends Card {
  readonly version: number;
  readonly catalogue: number;
}

interface CardRow extends Card, Record<string, unknown> {
  version: number;
}

const CARDS_KEPT = 20_000;
const kept = new Map<string, Kept>();

/**
 * Cards by the version of the listing and the state of the catalogue, which the search has just read: what has not changed
 * is spared, and what is shown is never older.
 */
export async function cardsOf(tx: Tx, matches: readonly Match[], catalogue: number): Promise<(Card | null)[]> {
  const keyOf = (id: string) => `${tx.tenantId} ${id}`;
  const found = new Map<string, Card>();
  const missing: string[] = [];
  for (const { id, version } of matches) {
    const card = kept.get(keyOf(id));
    if (card && card.version === version && card.catalogue === catalogue) found.set(id, card);
    else missing.push(id);
  }
  if (missing.length > 0) {
    for (const { version, summary, tariff } of await tx.query<CardRow>(READ_CARDS, [tx.tenantId, missing])) {
      if (kept.size >= CARDS_KEPT) kept.delete(kept.keys().next().value as string);
      const card = { version, catalogue, summary, tariff };
      kept.set(keyOf(summary.id), card);
      found.set(summary.id, card);
    }
  }
  return matches.map(({ id }) => found.get(id) ?? null);
}
