import { Consumers } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { AuditStreamDefinition } from '@platform/contracts';
import { Regions } from '../../regions.js';
import { AuditLogService } from './audit-log.service.js';

export const OWN_AUDIT_STREAM: AuditStreamDefinition = { stream: 'PLATFORM_EVENTS', durable: 'platform_audit' };

/** Audit records in: from PLATFORM itself and from every product that says where its own lie. */
@Injectable()
export class AuditFeed {
  private readonly followed = new Set<string>();

  constructor(
    private readonly consumers: Consumers,
    private readonly logs: AuditLogService,
    private readonly regions: Regions,
  ) {}

  /** Starts to consume a product's audit stream; a stream that is consumed already is left as it is. */
  follow(product: string, { stream, durable }: AuditStreamDefinition): void {
    const name = `${stream} ${durable}`;
    if (this.followed.has(name)) return;
    this.followed.add(name);
    for (const place of this.regions.durablesOf(product, durable)) {
      this.consumers.consume({
        stream,
        durable: place.durable,
        handle: async (tx, messages) => {
          await this.regions.requireOwn(tx, place);
          await this.logs.append(tx, product, messages);
        },
      });
    }
  }
}
