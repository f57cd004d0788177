import { LOGGER, type Logger, PeriodicJob, type RequestContext, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { JWKS_MAX_AGE_SECONDS, type RotatedSigningKey } from '@platform/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { newSigningKey, signingKeyKeys } from '../../database/seeds/signing-key.js';
import { masterKeyOf, seal, unsealAny } from '../../sealing.js';
import { type RotationPolicy, type RotationStep, rotationSteps, type SigningKeyFacts } from './domain/key-rotation.js';
import {
  ACTIVATE_KEY,
  PUBLISH_KEY,
  REMOVE_KEY,
  REQUEST_ROTATION,
  RESEAL_KEY,
  RETIRE_KEY,
  SEALED_KEYS,
  SIGNING_KEYS,
  UPCOMING_KEY,
} from './key-rotation.sql.js';
import { requireTenantReach } from './sessions.service.js';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** For clocks that disagree, for answers under way, and for an instance that signs on until it reads the keys again. */
const SKEW_MS = 120_000;

/** Replaces the key that signs access tokens, every so often and when an administrator wants it. */
@Injectable()
export class KeyRotation extends PeriodicJob {
  readonly policy: RotationPolicy;

  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {
    super('signing key rotation', EVERY_MS, system, log);
    this.policy = {
      everyMs: config.signingKeyDays * DAY_MS,
      leadMs: JWKS_MAX_AGE_SECONDS * 1000 + SKEW_MS,
      keepMs: config.accessTokenSeconds * 1000 + SKEW_MS,
    };
  }

  /** The next key is published at once and signs as soon as everybody knows it; asked twice, it is the same key. */
  rotateNow(ctx: RequestContext): Promise<RotatedSigningKey> {
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      await this.system.query(REQUEST_ROTATION, [tx.now]);
      await this.publish(this.system.manager, tx.now);
      const [next]: { kid: string; publishedAt: Date }[] = await this.system.query(UPCOMING_KEY);
      if (!next) throw new Error('the next signing key was used before it could be named');
      tx.audit({ action: 'platform.signing-key.rotate', entity: { type: 'signing_key', id: next.kid } });
      const usedFrom = new Date(next.publishedAt.getTime() + this.policy.leadMs);
      return { kid: next.kid, usedFrom: usedFrom.toISOString() };
    });
  }

  protected override async run(now: Date): Promise<void> {
    await this.system.transaction(async (manager) => {
      const keys: SigningKeyFacts[] = await manager.query(SIGNING_KEYS);
      for (const step of rotationSteps(keys, this.policy, now)) await this.take(manager, step, now);
      await this.sealAnew(manager, now);
    });
  }

  /** Keys that lie under an earlier master key move to the current one: the earlier one can go before they do. */
  private async sealAnew(manager: EntityManager, now: Date): Promise<void> {
    const keys = signingKeyKeys(this.config);
    const rows: { id: string; sealed: Buffer }[] = await manager.query(SEALED_KEYS);
    for (const { id, sealed } of rows) {
      const opened = unsealAny(keys, sealed, id);
      if (!opened) this.log.error({ keyId: id }, 'a signing key lies under a master key that is not configured');
      else if (opened.age > 0)
        await manager.query(RESEAL_KEY, [id, sealed, seal(keys[0] as Buffer, opened.plain, id), now]);
    }
  }

  private async take(manager: EntityManager, step: RotationStep, now: Date): Promise<void> {
    this.log.info({ step }, 'the signing keys go on');
    switch (step.kind) {
      case 'publish':
        return this.publish(manager, now);
      case 'activate':
        // In this order: one key is active at most.
        await manager.query(RETIRE_KEY, [step.active, now]);
        await manager.query(ACTIVATE_KEY, [step.upcoming, now]);
        return;
      case 'remove':
        await manager.query(REMOVE_KEY, [step.id]);
    }
  }

  private async publish(manager: EntityManager, now: Date): Promise<void> {
    const { id, kid, publicJwk, privateKeySealed } = newSigningKey(masterKeyOf(this.config));
    await manager.query(PUBLISH_KEY, [id, kid, publicJwk, privateKeySealed, now]);
  }
}
