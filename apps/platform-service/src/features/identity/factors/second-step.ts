import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { MFA_ENROLMENT_REQUIRED, MFA_REQUIRED } from '@platform/contracts';
import { newOpaqueToken, sha256 } from '../../../opaque-token.js';
import { type Holder, proofMethodsOf, readHolder } from './holder.js';
import { mfaDemanded } from './mfa-demanded.js';
import { INSERT_SIGN_IN, SWEEP_SIGN_INS } from './sign-in-challenges.sql.js';

const CHALLENGE_MS = 5 * 60_000;

/** Ways in that are one factor only. An identity provider answers for its own; a passkey is two. */
const ONE_FACTOR: readonly string[] = ['pwd', 'mail'];

/** A sign-in that is not done yet: what it must be refused with once this transaction has committed. */
export interface SecondStep {
  readonly secondStep: Refusal;
}

interface FirstStep {
  readonly userId: string;
  readonly methods: readonly string[];
  readonly passwordHash?: string;
  readonly impersonatorId?: string;
}

/** Whether somebody who has proved this much must prove more; null when this is enough (or nobody may sign in). */
export async function secondStepOf(tx: Tx, first: FirstStep): Promise<SecondStep | null> {
  const { methods } = first;
  if (first.impersonatorId !== undefined || methods.length === 0) return null;
  if (!methods.every((method) => ONE_FACTOR.includes(method))) return null;
  const holder = await readHolder(tx, first.userId);
  if (holder?.status !== 'active' || holder.kind !== 'person') return null;
  const short = holder.password_is_short && methods.includes('pwd');
  if (!holder.totp_id && !short && !(await mfaDemanded(tx))) return null;
  const refusal = await refusalOf(tx, first, holder);
  tx.audit({
    action: 'platform.session.login',
    entity: { type: 'user', id: holder.id },
    actor: { kind: 'user', id: holder.id },
    outcome: 'refused',
    reason: refusal.code,
    changes: { methods },
  });
  return { secondStep: refusal };
}

async function refusalOf(tx: Tx, first: FirstStep, holder: Holder): Promise<Refusal> {
  const methods = proofMethodsOf(holder).filter((method) => method !== 'password');
  if (holder.totp_id) {
    return new Refusal(MFA_REQUIRED, { details: { ...(await challengeFor(tx, first, 'verify')), methods } });
  }
  // Whoever has a passkey signs in with it: that is two factors at once. To let them enrol an app instead would let in
  // whoever has learnt their password.
  if (holder.passkeys > 0) return new Refusal(MFA_REQUIRED, { details: { methods } });
  return new Refusal(MFA_ENROLMENT_REQUIRED, {
    details: { ...(await challengeFor(tx, first, 'enrol')), methods: ['totp'] },
  });
}

async function challengeFor(tx: Tx, { userId, methods, passwordHash }: FirstStep, purpose: 'verify' | 'enrol') {
  const token = newOpaqueToken(tx.tenantId);
  const expiresAt = new Date(tx.now.getTime() + CHALLENGE_MS);
  await tx.query(SWEEP_SIGN_INS, [tx.tenantId, tx.now]);
  await tx.query(INSERT_SIGN_IN, [
    tx.tenantId,
    userId,
    purpose,
    token.hash,
    methods,
    passwordHash === undefined ? null : sha256(passwordHash),
    expiresAt,
    tx.now,
  ]);
  return { challenge: token.text, expiresAt: expiresAt.toISOString() };
}
