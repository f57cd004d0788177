import type { StateMessage } from '@kit/contracts';
import { Consumers, type Delivered, type Tx } from '@kit/service';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Region } from '../region.js';
import { COPIES } from './copies.js';

/** Aggregate of `platform.state.<tenant>.<aggregate>.<id>`. */
export const aggregateOf = (subject: string): string => subject.split('.')[3] ?? '';

/** Keeps the reference copies up to date. Aggregates that DIGILIST does not copy pass by. */
export async function project(tx: Tx, messages: readonly Pick<Delivered, 'subject' | 'payload'>[]): Promise<void> {
  for (const { subject, payload } of messages) {
    const copy = COPIES.get(aggregateOf(subject));
    if (!copy) continue;
    const { statement, values } = copy.apply(payload as StateMessage);
    await tx.query(statement, values);
  }
}

/** PLATFORM's state stream holds one message per aggregate, so the same durable made anew rebuilds every copy. */
@Injectable()
export class ProjectionsConsumer implements OnModuleInit {
  constructor(
    private readonly consumers: Consumers,
    private readonly region: Region,
  ) {}

  onModuleInit(): void {
    this.consumers.consume({
      stream: 'PLATFORM_STATE',
      durable: this.region.stateDurable,
      handle: project,
      ...(this.region.isOneOfSeveral && { concerns: (tenantId: string) => this.region.holds(tenantId) }),
    });
  }
}
