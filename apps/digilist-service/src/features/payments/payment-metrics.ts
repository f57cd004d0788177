import { Metrics, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

const CALLS = `
  SELECT status, count(*)::integer AS waiting FROM digilist.payment_calls WHERE due_at IS NOT NULL GROUP BY status`;
const CASES = `
  SELECT kind, count(*)::integer AS waiting FROM digilist.payment_cases WHERE status = 'open' GROUP BY kind`;
const OVERDUE = `
  SELECT count(*)::integer AS waiting FROM digilist.payments WHERE check_at < now() - interval '5 minutes'`;

/** What of the money is not settled, across tenants: how much, never whose. */
@Injectable()
export class PaymentMetrics {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, metrics: Metrics) {
    const calls = metrics.gauge(
      'payment_calls_waiting',
      'Calls to payment providers of which nobody knows yet what came',
      ['status'],
    );
    const cases = metrics.gauge('payment_cases_open', 'Payments that a person has to look at', ['kind']);
    const overdue = metrics.gauge('payments_overdue', 'Payments that should have been asked about five minutes ago');
    metrics.asked([calls, cases, overdue], async () => {
      const [waiting, open, [late]] = await Promise.all([CALLS, CASES, OVERDUE].map((sql) => system.query(sql)));
      calls.reset();
      for (const row of waiting) calls.set({ status: row.status }, row.waiting);
      cases.reset();
      for (const row of open) cases.set({ kind: row.kind }, row.waiting);
      overdue.set(late.waiting);
    });
  }
}
