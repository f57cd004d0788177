import { Refusal, TENANT_MISMATCH, VALIDATION_FAILED } from '@kit/contracts';
import type { FastifyRequest } from 'fastify';
import { single } from './exchange.js';

const PRINTABLE = /^[\x21-\x7e]{1,63}$/;

/** The tenant that a request names, by host or by X-Tenant. Whether the caller belongs to it is for the services to say. */
export class TenantNames {
  private readonly suffix: string | null;

  /** `domain`: tenants are found at `<slug>.<domain>`; null when hosts name nobody. */
  constructor(domain: string | null) {
    this.suffix = domain === null ? null : `.${domain.toLowerCase()}`;
  }

  of(request: FastifyRequest): string | null {
    const header = single(request.headers['x-tenant']);
    if (header !== undefined && !PRINTABLE.test(header)) {
      throw new Refusal(VALIDATION_FAILED, {
        errors: [{ path: 'X-Tenant', code: 'MATCHES', message: 'X-Tenant must be the slug of a tenant' }],
      });
    }
    const host = this.suffix === null ? null : this.ofHost(request.hostname);
    if (header !== undefined && host !== null && header !== host) throw new Refusal(TENANT_MISMATCH);
    return header ?? host;
  }

  private ofHost(hostname: string | undefined): string | null {
    const host = (hostname ?? '').toLowerCase();
    if (this.suffix === null || !host.endsWith(this.suffix)) return null;
    const slug = host.slice(0, -this.suffix.length);
    return slug !== '' && !slug.includes('.') ? slug : null;
  }
}
