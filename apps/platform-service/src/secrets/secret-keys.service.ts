import { LOGGER, type Logger, type RequestContext, UnitOfWork } from '@kit/service';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RotateSecretKeys, SecretKeys } from '@platform/contracts';
import { KeyRotation } from './key-rotation.js';

/** Keys as whoever runs the whole system sees and changes them. */
@Injectable()
export class SecretKeysService implements OnModuleDestroy {
  private moving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly work: UnitOfWork,
    private readonly rotation: KeyRotation,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.moving;
  }

  async status(ctx: RequestContext): Promise<SecretKeys> {
    await this.work.run(ctx, async () => undefined);
    return this.told();
  }

  /** What takes long happens after the answer; cut off, the hourly turn goes on with it. */
  async rotate(ctx: RequestContext, request: RotateSecretKeys): Promise<SecretKeys> {
    const { dryRun = false, dataKeys = false, tenantId = null } = request;
    await this.work.run(ctx, async (tx) => {
      const changes = { dryRun, dataKeys, tenantId };
      tx.audit({ action: 'platform.secret-key.rotate', entity: { type: 'secret_key', id: null }, changes });
    });
    if (dryRun) return this.told();
    if (dataKeys) await this.rotation.retire(tenantId);
    const told = await this.told();
    this.moving = this.rotation
      .turn(ctx.now)
      .catch((error) => this.log.warn({ err: error }, 'secrets could not be moved; at the next turn again'));
    return told;
  }

  private async told(): Promise<SecretKeys> {
    const { keks, ...rest } = await this.rotation.status();
    return { ...rest, keks: [...keks] };
  }
}
