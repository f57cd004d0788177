import { describe, expect, it } from '@jest/globals';
import { inTheWay as inTheWayAt, type Standing, type Wanted } from './room.js';

const always = [{ startsAt: new Date(-100), endsAt: new Date(100) }];
const inTheWay = (wanted: Wanted[], standing: Standing[]) => inTheWayAt(wanted, always, standing);
const court: Wanted = { atomId: 'a', exclusive: true, stock: 1, quantity: 1 };
const bikes = (quantity: number): Wanted => ({ atomId: 'a', exclusive: false, stock: 5, quantity });
const standing = (id: string, startsAt: number, endsAt: number, more: Partial<Standing> = {}): Standing => ({
  id,
  sort: 'booking',
  atomId: 'a',
  quantity: 1,
  startsAt,
  endsAt,
  ...more,
});

describe('what stands in the way of a block', () => {
  it('is everybody who has what is taken whole', () => {
    const here = [standing('1', 0, 2), standing('2', 2, 4, { sort: 'hold' }), standing('3', 4, 6, { sort: 'block' })];
    expect(inTheWay([court], here)).toEqual({ bookingIds: ['1'], holdIds: ['2'], blockIds: ['3'] });
  });

  it('is nobody where enough of what is counted are left', () => {
    expect(inTheWay([bikes(3)], [standing('1', 0, 2), standing('2', 1, 3)]).bookingIds).toEqual([]);
  });

  it('is whoever came last where too few are left, and nobody more than needed', () => {
    const here = [
      standing('1', 0, 10, { quantity: 2 }),
      standing('2', 0, 4, { quantity: 2 }),
      standing('3', 2, 3),
      standing('4', 6, 8),
    ];
    expect(inTheWay([bikes(2)], here).bookingIds).toEqual(['2']);
    expect(inTheWay([bikes(3)], here).bookingIds).toEqual(['2', '3', '4']);
    expect(inTheWay([bikes(1)], here).bookingIds).toEqual(['3']);
    expect(inTheWay([bikes(5)], here).bookingIds.toSorted()).toEqual(['1', '2', '3', '4']);
  });

  it('is a hold before a booking', () => {
    const here = [standing('1', 0, 4, { sort: 'hold' }), standing('2', 0, 4), standing('3', 0, 4, { quantity: 3 })];
    expect(inTheWay([bikes(1)], here)).toEqual({ bookingIds: [], holdIds: ['1'], blockIds: [] });
  });

  it('is only who is there at one of the times', () => {
    const times = [2, 6].map((hour) => ({ startsAt: new Date(hour), endsAt: new Date(hour + 2) }));
    const here = [standing('1', 0, 2), standing('2', 3, 5), standing('3', 4, 6), standing('4', 7, 9)];
    expect(inTheWayAt([court], times, here).bookingIds).toEqual(['2', '4']);
  });
});
