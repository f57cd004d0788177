import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { domainLapsed } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { recordNameOf, recordValueOf } from './domain/email-domain.js';
import type { DomainRow } from './domains.mapper.js';
import { DOMAINS_TO_CHECK, RECORD_MISSING, STILL_VERIFIED } from './domains.sql.js';
import { DnsSilent, TxtRecords } from './txt-records.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A record may be gone while somebody moves their name servers; a domain that was sold stays without it. */
const PATIENCE_MS = 7 * DAY_MS;

interface ToCheck {
  readonly tenant_id: string;
  readonly id: string;
  readonly domain: string;
  readonly challenge: string;
  readonly service_user_id: string;
}

/** Looks every day whether verified domains still are whose they were. */
@Injectable()
export class DomainChecks extends PeriodicJob {
  constructor(
    private readonly work: UnitOfWork,
    private readonly records: TxtRecords,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('federation/domain-checks', HOUR_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const due: ToCheck[] = await this.system.query(DOMAINS_TO_CHECK, [new Date(now.getTime() - DAY_MS)]);
    for (const domain of due) await this.check(domain, now);
  }

  private async check({ tenant_id, id, domain, challenge, service_user_id }: ToCheck, now: Date): Promise<void> {
    let found: string[];
    try {
      found = await this.records.at(recordNameOf(domain));
    } catch (error) {
      if (error instanceof DnsSilent) return;
      throw error;
    }
    await this.work.runAs(jobOrigin(tenant_id, 'domain-checks', service_user_id, now), async (tx) => {
      const values = [tx.tenantId, id, tx.now, tx.actorId];
      if (found.includes(recordValueOf(challenge))) await tx.query(STILL_VERIFIED, values);
      else await missing(tx, values);
    });
  }
}

async function missing(tx: Tx, values: unknown[]): Promise<void> {
  const since = new Date(tx.now.getTime() - PATIENCE_MS);
  const [row] = await tx.query<DomainRow>(RECORD_MISSING, [...values, since]);
  if (row?.status !== 'lapsed') return;
  const { id, version, domain } = row;
  tx.emit(domainLapsed, { id, version, data: { domain } });
  tx.audit({ action: 'platform.domain.lapse', entity: { type: 'domain', id }, changes: { domain } });
}
