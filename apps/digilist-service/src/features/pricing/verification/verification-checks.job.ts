import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { findingOf, obstacleToAsking } from '../domain/verification.js';
import { OrganizationRegister, type RegisterAnswer } from './organization-register.js';
import { settledBy, VerificationSettlement } from './settlement.js';
import {
  CLAIM_CHECKS,
  type ClaimedCheck,
  LOCK_RUN_OUT,
  LOCK_VERIFICATION,
  TENANTS_WITH_CHECKS,
  type VerificationRow,
} from './verification.sql.js';

const EVERY_MS = 5 * 60_000;
/** Who has claimed a check and says nothing for this long is given up on: the next turn asks again. */
const CLAIMED_MS = 15 * 60_000;
/** The register is asked once per organization: not more of them per turn than it likes. */
const BATCH = 50;

/** Asks the register again: where it was away, and before a verification that it gave runs out. Ends what has run out. */
@Injectable()
export class VerificationChecks extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    private readonly register: OrganizationRegister,
    private readonly settlement: VerificationSettlement,
  ) {
    super('digilist.verification-checks', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.system.query(TENANTS_WITH_CHECKS, [now]);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants)
      await this.in(tenantId, actorId ?? SYSTEM_TENANT_ID, now).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId }, 'verifications could not be checked; trying again'),
      );
  }

  private async in(tenantId: string, actorId: string, now: Date): Promise<void> {
    const transaction = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      this.work.runAs(jobOrigin(tenantId, 'verification-checks', actorId, now), work);
    const until = new Date(now.getTime() + CLAIMED_MS);
    const checks = await transaction((tx) => tx.query<ClaimedCheck>(CLAIM_CHECKS, [tenantId, now, until, BATCH]));
    // One that is away for the first is away for all of them: they stay claimed and come again.
    for (const check of checks) {
      const answer = await this.answerFor(check);
      await transaction((tx) => this.settle(tx, check, answer));
    }
    for (let ended = BATCH; ended === BATCH; ) ended = await transaction((tx) => this.expire(tx, now));
  }

  /** Null: the number is none that can be asked for. */
  private async answerFor({ currentNumber }: ClaimedCheck): Promise<RegisterAnswer | null> {
    return currentNumber !== null && obstacleToAsking(currentNumber) === null
      ? this.register.lookUp(currentNumber)
      : null;
  }

  private async settle(tx: Tx, { id, organizationName, currentNumber }: ClaimedCheck, answer: RegisterAnswer | null) {
    const row = await tx.one<VerificationRow>(LOCK_VERIFICATION, [tx.tenantId, id]);
    // Somebody has decided meanwhile, and asked for no more checks.
    if (row.status !== 'requested' && row.status !== 'verified') return;
    if (row.reason === 'person') return;
    if (answer === null) {
      const reason = obstacleToAsking(currentNumber) ?? 'needs_a_person';
      if (row.status === 'requested') await this.settlement.settle(tx, row, { ...WAITS, reason });
      return;
    }
    const to = settledBy(findingOf(row.pricingGroup, organizationName, answer), answer, tx.now);
    // What the register gave, and does not confirm any more, holds until it runs out; what it says is gone, ends.
    if (row.status === 'verified' && to.status === 'requested') return;
    await this.settlement.settle(tx, row, to);
  }

  private async expire(tx: Tx, now: Date): Promise<number> {
    const rows = await tx.query<VerificationRow>(LOCK_RUN_OUT, [tx.tenantId, now, BATCH]);
    for (const row of rows)
      await this.settlement.settle(tx, row, {
        ...WAITS,
        status: 'expired',
        reason: 'ran_out',
        validUntil: row.validUntil === null ? null : new Date(row.validUntil),
      });
    return rows.length;
  }
}

const WAITS = {
  status: 'requested',
  remark: null,
  evidence: null,
  validUntil: null,
  decidedBy: null,
  nextCheckAt: null,
} as const;
