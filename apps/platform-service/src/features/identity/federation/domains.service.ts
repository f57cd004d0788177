import { NOT_FOUND, type PageQuery, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateDomain,
  DNS_UNAVAILABLE,
  DOMAIN_EXISTS,
  DOMAIN_NOT_PROVEN,
  DOMAIN_NOT_VERIFIED,
  DOMAIN_TAKEN,
  type Domain,
  type DomainPage,
  domainVerified,
  type UpdateDomain,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { randomSecret } from '../../../opaque-token.js';
import { requireTenantReach } from '../sessions.service.js';
import { normalizeDomain, recordNameOf, recordValueOf } from './domain/email-domain.js';
import { type DomainRow, toDomain } from './domains.mapper.js';
import {
  GET_DOMAIN,
  INSERT_DOMAIN,
  LIST_DOMAINS,
  LOCK_DOMAIN,
  MARK_VERIFIED,
  REMOVE_DOMAIN,
  REQUIRE_PROVIDER,
} from './domains.sql.js';
import type { ProviderRow } from './providers.mapper.js';
import { FIND_ENABLED_PROVIDER } from './providers.sql.js';
import { DnsSilent, TxtRecords } from './txt-records.js';

const UNIQUE_VIOLATION = '23505';

/** Domains that a tenant has proved to be its own, and what it demands of their people. */
@Injectable()
export class DomainsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly records: TxtRecords,
  ) {}

  create(ctx: RequestContext, request: CreateDomain): Promise<Domain> {
    const domain = normalizeDomain(request.domain);
    if (domain === null) {
      const errors = [{ path: 'domain', code: 'DOMAIN', message: 'domain must be the name of a domain' }];
      throw new Refusal(VALIDATION_FAILED, { errors });
    }
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const values = [tx.tenantId, uuidv7(), domain, randomSecret(), tx.now, tx.actorId];
      const [row] = await tx.query<DomainRow>(INSERT_DOMAIN, values);
      if (!row) throw new Refusal(DOMAIN_EXISTS);
      return changed(tx, row, 'create');
    });
  }

  async verify(ctx: RequestContext, id: string): Promise<Domain> {
    const { domain, challenge } = await this.work.run(ctx, (tx) => {
      requireTenantReach(tx);
      return tx.one<DomainRow>(GET_DOMAIN, [tx.tenantId, id]);
    });
    if (!(await this.proven(domain, challenge))) {
      throw new Refusal(DOMAIN_NOT_PROVEN, {
        details: { recordName: recordNameOf(domain), recordValue: recordValueOf(challenge) },
      });
    }
    const marked = this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const before = await tx.one<DomainRow>(LOCK_DOMAIN, [tx.tenantId, id]);
      const row = await tx.one<DomainRow>(MARK_VERIFIED, [tx.tenantId, id, tx.now, tx.actorId]);
      if (before.status !== 'verified') tx.emit(domainVerified, { id, version: row.version, data: { domain } });
      return changed(tx, row, 'verify');
    });
    return marked.catch((error: unknown) => {
      throw (error as { code?: string }).code === UNIQUE_VIOLATION ? new Refusal(DOMAIN_TAKEN) : error;
    });
  }

  update(ctx: RequestContext, { id, requiredProviderId }: UpdateDomain): Promise<Domain> {
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const before = await tx.one<DomainRow>(LOCK_DOMAIN, [tx.tenantId, id]);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      if (requiredProviderId !== null) {
        if (before.status !== 'verified') throw new Refusal(DOMAIN_NOT_VERIFIED);
        await tx.one<ProviderRow>(FIND_ENABLED_PROVIDER, [tx.tenantId, requiredProviderId, null]);
      }
      const values = [tx.tenantId, id, tx.now, tx.actorId, requiredProviderId];
      return changed(tx, await tx.one<DomainRow>(REQUIRE_PROVIDER, values), 'update');
    });
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const row = await tx.one<DomainRow>(LOCK_DOMAIN, [tx.tenantId, id]);
      await tx.query(REMOVE_DOMAIN, [tx.tenantId, id, tx.now, tx.actorId]);
      changed(tx, row, 'delete');
    });
  }

  get(ctx: RequestContext, id: string): Promise<Domain> {
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const [row] = await tx.query<DomainRow>(GET_DOMAIN, [tx.tenantId, id]);
      if (!row) throw new Refusal(NOT_FOUND);
      return toDomain(row);
    });
  }

  list(ctx: RequestContext, page: PageQuery): Promise<DomainPage> {
    const { keys, fetch } = pageStart(page, ['text']);
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const rows = await tx.query<DomainRow>(LIST_DOMAINS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(page, rows, (row) => [row.domain], toDomain);
    });
  }

  private async proven(domain: string, challenge: string): Promise<boolean> {
    try {
      return (await this.records.at(recordNameOf(domain))).includes(recordValueOf(challenge));
    } catch (error) {
      if (error instanceof DnsSilent) throw new Refusal(DNS_UNAVAILABLE, { retryAfter: 30 });
      throw error;
    }
  }
}

function changed(tx: Tx, row: DomainRow, action: string): Domain {
  tx.audit({
    action: `platform.domain.${action}`,
    entity: { type: 'domain', id: row.id },
    changes: { domain: row.domain, status: row.status, requiredProviderId: row.required_provider_id },
  });
  return toDomain(row);
}
