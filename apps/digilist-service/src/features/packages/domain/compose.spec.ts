import { type Component, compose } from './compose.js';

const hall: Component = {
  id: 'hall',
  orgId: 'o',
  bookingModel: 'TIME_RANGE',
  status: 'published',
  zones: [{ id: 'whole', stock: 1 }],
};
const split: Component = {
  ...hall,
  id: 'split',
  zones: [
    { id: 'a', stock: 1 },
    { id: 'b', stock: 1 },
  ],
};
const balls: Component = { ...hall, id: 'balls', bookingModel: 'QUANTITY', zones: [{ id: 'ball', stock: 10 }] };
const other: Component = { ...hall, id: 'package', bookingModel: 'PACKAGE', zones: [{ id: 'p', stock: null }] };
const gone: Component = { ...hall, id: 'gone', status: 'archived' };
const known = new Map([hall, split, balls, other, gone].map((each) => [each.id, each]));
const composed = (...items: Parameters<typeof compose>[0]) => {
  const { items: result, errors } = compose(items, known);
  return errors.length > 0 ? errors.map(({ path, code }) => `${path} ${code}`) : result;
};

describe('a package', () => {
  it('is composed of zones of listings, each with how many', () => {
    expect(
      composed({ listingId: 'hall' }, { listingId: 'split', zoneId: 'b' }, { listingId: 'balls', quantity: 10 }),
    ).toEqual([
      { listingId: 'hall', zoneId: 'whole', quantity: 1 },
      { listingId: 'split', zoneId: 'b', quantity: 1 },
      { listingId: 'balls', zoneId: 'ball', quantity: 10 },
    ]);
  });

  it('is refused with everything that is wrong with it, item by item', () => {
    expect(
      composed(
        { listingId: 'nowhere' },
        { listingId: 'package' },
        { listingId: 'gone' },
        { listingId: 'split' },
        { listingId: 'split', zoneId: 'whole' },
        { listingId: 'hall', quantity: 2 },
        { listingId: 'balls', quantity: 11 },
        { listingId: 'split', zoneId: 'a' },
        { listingId: 'split', zoneId: 'a' },
      ),
    ).toEqual([
      'items.0.listingId UNKNOWN',
      'items.1.listingId IS_PACKAGE',
      'items.2.listingId ARCHIVED',
      'items.3.zoneId REQUIRED',
      'items.4.zoneId UNKNOWN',
      'items.5.quantity ABOVE_STOCK',
      'items.6.quantity ABOVE_STOCK',
      'items.8.zoneId DUPLICATE',
    ]);
  });

  it('may consist of nothing, and is not bookable then', () => expect(composed()).toEqual([]));
});
