import type { Tx } from '@kit/service';
import type { MeterDefinition } from '@platform/contracts';
import { SEATS } from './counters.js';
import { periodAt } from './domain/period.js';
import { COUNTERS, type UsedRow } from './usage.sql.js';

export const counterOf = ({ key, seats }: Pick<MeterDefinition, 'key' | 'seats'>): string => (seats ? SEATS : key);

/** What is used of meters in the periods that run now, by meter. */
export async function usedOf(
  tx: Tx,
  meters: readonly { key: string; counter: string; period: MeterDefinition['period'] }[],
  timezone: string,
): Promise<Map<string, number>> {
  const counters = meters.map(({ counter }) => counter);
  const periods = meters.map(({ period }) => periodAt(period, tx.now, timezone).key);
  const rows = await tx.query<UsedRow>(COUNTERS, [tx.tenantId, counters, periods, tx.now]);
  const used = new Map(rows.map((row) => [`${row.meter} ${row.period_key}`, Number(row.used)]));
  return new Map(meters.map(({ key, counter }, at) => [key, used.get(`${counter} ${periods[at]}`) ?? 0]));
}
