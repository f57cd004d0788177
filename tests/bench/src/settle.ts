import { eventually } from '@kit/testing';
import pg from 'pg';
import type { Target } from './target.js';

/** Watches what bookings leave to do: the outbox, the audit chain, the mails. On connections of its own, by index. */
export class Aftermath {
  private constructor(
    private readonly digilist: pg.Client,
    private readonly platform: pg.Client,
    private readonly tenantId: string,
  ) {}

  static async of({ system: { urls }, tenantId }: Target): Promise<Aftermath> {
    const [digilist, platform] = [urls.digilist, urls.platform].map(
      ({ superuser }) => new pg.Client({ connectionString: superuser }),
    ) as [pg.Client, pg.Client];
    // The server may end before we do.
    for (const client of [digilist, platform]) client.on('error', () => {});
    await Promise.all([digilist.connect(), platform.connect()]);
    return new Aftermath(digilist, platform, tenantId);
  }

  /** Length of the tenant's audit chain. */
  async audited(): Promise<number> {
    const { rows } = await this.platform.query('SELECT seq FROM platform.audit_heads WHERE tenant_id = $1', [
      this.tenantId,
    ]);
    return Number(rows[0]?.seq ?? 0);
  }

  /** Waits until the outbox is published, the chain is `audited` long, and no mail waits. */
  async settled(audited: number): Promise<void> {
    await eventually(
      async () => {
        const { rows } = await this.digilist.query(
          `SELECT EXISTS (SELECT FROM digilist.outbox WHERE published_at IS NULL) AS outbox,
             EXISTS (SELECT FROM digilist.notification_deliveries WHERE status IN ('pending', 'sending')) AS mail`,
        );
        if (rows[0].outbox || rows[0].mail) throw new Error(`left to do: ${JSON.stringify(rows[0])}`);
        const length = await this.audited();
        if (length < audited) throw new Error(`the audit chain has ${length} of ${audited} records`);
        return true;
      },
      { within: 300_000, every: 100 },
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.digilist.end(), this.platform.end()]);
  }
}
