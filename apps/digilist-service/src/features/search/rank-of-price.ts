import type { ListingSort } from '@digilist/contracts';

/** As large as a key of a cursor may be. */
const NO_PRICE = 2_147_483_647;

/** Where a price comes; what has none comes last, whichever way prices are sorted. */
export const rankOfPrice = (price: number | null, sort: ListingSort): number =>
  price === null ? NO_PRICE : Math.min(price, NO_PRICE - 1) * (sort === 'price' ? 1 : -1);

export const isByPrice = (sort: ListingSort): boolean => sort === 'price' || sort === '-price';
