import { NOT_FOUND, Refusal, TENANT_REQUIRED, TENANT_SUSPENDED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { Vault } from '../../../secrets/index.js';
import { type OpenProvider, type ProviderRow, toOpenProvider } from './providers.mapper.js';
import { FIND_ENABLED_PROVIDER, TENANT_OF_PROVIDER } from './providers.sql.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The tenant of a request that nobody is signed in for. */
export interface Place {
  readonly tenantId: string;
  readonly slug: string;
}

export const credentialPlace = (id: string) => ({
  table: 'identity_providers',
  column: 'credential_sealed',
  row: id,
});

/** Finds providers for requests of browsers, and of providers, which know no header and may know no host of the tenant. */
@Injectable()
export class Directory {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
  ) {}

  /** @throws Refusal TENANT_REQUIRED, TENANT_UNKNOWN, TENANT_SUSPENDED, NOT_FOUND */
  async placeOf({ tenantHint }: RequestContext, provider: string): Promise<Place> {
    if (!UUID.test(provider)) {
      if (tenantHint === null) throw new Refusal(TENANT_REQUIRED);
      const { id, status } = await this.work.tenantBySlug(tenantHint);
      return active({ id, slug: tenantHint, status });
    }
    type Owner = QueryResultRow & { id: string; slug: string; status: string };
    const [owner] = await this.work.lookup((queryable) => queryable.query<Owner>(TENANT_OF_PROVIDER, [provider]));
    if (!owner || (tenantHint !== null && tenantHint !== owner.slug)) throw new Refusal(NOT_FOUND);
    return active(owner);
  }

  /** @throws Refusal NOT_FOUND */
  async open(tx: Tx, provider: string): Promise<OpenProvider> {
    const values = [tx.tenantId, UUID.test(provider) ? provider : null, provider];
    const row = await tx.one<ProviderRow>(FIND_ENABLED_PROVIDER, values);
    return this.opened(tx, row);
  }

  async opened(tx: Tx, row: ProviderRow): Promise<OpenProvider> {
    return toOpenProvider(row, await this.vault.open(tx, row.credential_sealed as string, credentialPlace(row.id)));
  }
}

function active({ id, slug, status }: { id: string; slug: string; status: string }): Place {
  if (status !== 'active') throw new Refusal(TENANT_SUSPENDED);
  return { tenantId: id, slug };
}
