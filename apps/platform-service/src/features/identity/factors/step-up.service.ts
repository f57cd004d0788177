import { AUTH_REQUIRED, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Freshness, STEP_UP_FAILED, type StepUp } from '@platform/contracts';
import { Passwords } from '../passwords.js';
import { Codes } from './codes.js';
import { RENEW_AUTHENTICATED_AT } from './factors.sql.js';
import { FRESH_MS } from './freshness.js';
import { lockHolder } from './holder.js';
import { Passkeys } from './passkeys.js';
import { clearFailures, countFailure, failuresOf, throttled } from './throttle.js';

/** Proving anew who uses a session that has been open for a while. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly codes: Codes,
    private readonly passkeys: Passkeys,
  ) {}

  async stepUp(ctx: RequestContext, { password, code, passkey }: StepUp): Promise<Freshness> {
    const given = [password, code, passkey].filter((proof) => proof !== undefined);
    if (given.length !== 1) throw oneProof();
    if (password !== undefined) return this.byPassword(ctx, password);
    const outcome = await this.work.run(ctx, (tx) =>
      code === undefined ? this.byPasskey(tx, ctx, passkey ?? {}) : this.byCode(tx, ctx, code),
    );
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  }

  /** Counted before the hash is computed, so that many guesses at once are not one. */
  private async byPassword(ctx: RequestContext, password: string): Promise<Freshness> {
    const { userId } = userOf(ctx);
    const outcome = await this.work.run(ctx, async (tx) => {
      const holder = await lockHolder(tx, userId);
      if (!holder) throw new Refusal(AUTH_REQUIRED);
      if (holder.password_hash === null || holder.totp_id !== null) return failed(tx, ctx);
      const failures = await failuresOf(tx, userId, 'password');
      const refused = throttled(failures, tx.now);
      if (refused) return refused;
      await countFailure(tx, userId, 'password', failures);
      return { hash: holder.password_hash };
    });
    if (outcome instanceof Refusal) throw outcome;
    const matches = await this.passwords.matches(outcome.hash, password);
    const answer = await this.work.run(ctx, async (tx) => {
      const holder = await lockHolder(tx, userId);
      if (!matches || holder?.password_hash !== outcome.hash) return failed(tx, ctx);
      await clearFailures(tx, userId);
      return this.renewed(tx, ctx, 'pwd');
    });
    if (answer instanceof Refusal) throw answer;
    return answer;
  }

  private async byCode(tx: Tx, ctx: RequestContext, code: string): Promise<Freshness | Refusal> {
    const holder = await lockHolder(tx, userOf(ctx).userId);
    if (!holder) throw new Refusal(AUTH_REQUIRED);
    if (!holder.totp_id) return failed(tx, ctx);
    const proof = await this.codes.take(tx, holder, code);
    if (proof instanceof Refusal) return proof;
    return proof === 'wrong' ? failed(tx, ctx) : this.renewed(tx, ctx, proof);
  }

  private async byPasskey(tx: Tx, ctx: RequestContext, passkey: Record<string, unknown>): Promise<Freshness | Refusal> {
    const holder = await this.passkeys.asserted(tx, passkey);
    if (holder instanceof Refusal || holder.id !== userOf(ctx).userId) return failed(tx, ctx);
    return this.renewed(tx, ctx, 'hwk');
  }

  private async renewed(tx: Tx, ctx: RequestContext, method: string): Promise<Freshness> {
    const { userId, sessionId } = userOf(ctx);
    const [session] = await tx.query(RENEW_AUTHENTICATED_AT, [tx.tenantId, sessionId, userId, tx.now]);
    if (!session) throw new Refusal(AUTH_REQUIRED);
    tx.audit({
      action: 'platform.session.step-up',
      entity: { type: 'session', id: sessionId },
      changes: { methods: [method] },
    });
    return {
      authenticatedAt: tx.now.toISOString(),
      freshUntil: new Date(tx.now.getTime() + FRESH_MS).toISOString(),
    };
  }
}

function failed(tx: Tx, ctx: RequestContext): Refusal {
  tx.audit({
    action: 'platform.session.step-up',
    entity: { type: 'session', id: userOf(ctx).sessionId },
    outcome: 'refused',
    reason: STEP_UP_FAILED.code,
  });
  return new Refusal(STEP_UP_FAILED);
}

const oneProof = (): Refusal =>
  new Refusal(VALIDATION_FAILED, {
    errors: ['password', 'code', 'passkey'].map((path) => ({
      path,
      code: 'EXACTLY_ONE',
      message: 'exactly one of password, code and passkey must be given',
    })),
  });
