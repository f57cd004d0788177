import { jobOrigin, Secret, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { Vault } from '../../secrets/index.js';
import type { IntegrationRow } from './integrations.mapper.js';
import { IntegrationsService } from './integrations.service.js';
import { GET_INTEGRATION, integrationToken, LOCK_INTEGRATION, PUT_TOKEN } from './integrations.sql.js';

/** Renewed this long before it ends, so that nobody holds one that ends on the way. */
const EARLY_MS = 60_000;

/** What the other side hands out for a while. */
export interface ConnectionToken {
  readonly value: string;
  readonly expiresAt: Date;
}

export interface ConnectionInUse {
  readonly config: Record<string, unknown>;
  /** The one before, or null: some systems renew against it, and it works once. */
  readonly previous: Secret | null;
}

export type Renew = (connection: ConnectionInUse) => Promise<ConnectionToken>;

/** Tokens of connections that end and are renewed (OAuth and the like): by one, for all who use the connection. */
@Injectable()
export class IntegrationTokens {
  /** Under way in this process: whoever comes meanwhile waits here and not with a connection of the database. */
  private readonly underWay = new Map<string, Promise<Secret>>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly integrations: IntegrationsService,
  ) {}

  /**
   * A token that is good for a minute at least. Who finds one that is not renews it under the lock of the row; whoever
   * comes meanwhile waits for that lock and takes what the first one got, so that a refresh token is never used twice.
   *
   * @param renew asks the other side; the lock is held meanwhile, so it must not take long
   */
  current(tenantId: string, id: string, renew: Renew, now = new Date()): Promise<Secret> {
    const known = this.underWay.get(id);
    if (known) return known;
    const reading = this.read(tenantId, id, renew, now).finally(() => this.underWay.delete(id));
    this.underWay.set(id, reading);
    return reading;
  }

  private read(tenantId: string, id: string, renew: Renew, now: Date): Promise<Secret> {
    return this.work.runAs(jobOrigin(tenantId, 'integration-tokens', undefined, now), async (tx) => {
      const fresh = async (row: IntegrationRow) =>
        row.token_sealed !== null && row.token_expires_at !== null && +row.token_expires_at - +now > EARLY_MS
          ? this.vault.open(tx, row.token_sealed, integrationToken(id))
          : null;
      const known = await fresh(await tx.one<IntegrationRow>(GET_INTEGRATION, [tenantId, id]));
      if (known) return known;
      const row = await tx.one<IntegrationRow>(LOCK_INTEGRATION, [tenantId, id]);
      const renewed = await fresh(row);
      if (renewed) return renewed;
      const previous = row.token_sealed && (await this.vault.open(tx, row.token_sealed, integrationToken(id)));
      const config = { ...row.config, ...(await this.integrations.secretsOf(tx, row)) };
      const { value, expiresAt } = await renew({ config, previous: previous || null });
      await tx.query(PUT_TOKEN, [tenantId, id, await this.vault.seal(tx, value, integrationToken(id)), expiresAt]);
      tx.audit({ action: 'platform.integration.renew', entity: { type: 'integration', id } });
      return new Secret(value);
    });
  }
}
