import { Nats } from '@kit/service';
import { jetstreamManager } from '@nats-io/jetstream';
import { Inject, Injectable } from '@nestjs/common';

const STREAM = 'PLATFORM_STATE';

/** What the state stream holds of a tenant. */
@Injectable()
export class PublishedStates {
  constructor(@Inject(Nats) private readonly nats: Nats) {}

  /** Subjects that still carry a message, but for the tenant's own. */
  async of(tenantId: string): Promise<string[]> {
    const manager = await jetstreamManager(this.nats.connection, { checkAPI: false });
    const filter = `platform.state.${tenantId}.>`;
    const { state } = await manager.streams.info(STREAM, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {}).filter(
      (subject) => subject !== `platform.state.${tenantId}.tenant.${tenantId}`,
    );
  }
}
