import {
  type OrganizationVerification,
  type RegisterEvidence,
  type VerificationReason,
  type VerificationStatus,
  verificationDecided,
  verificationExpired,
  verificationRenewed,
} from '@digilist/contracts';
import { type LocalText, Refusal, STALE_VERSION } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { membersWhoCan } from '../../../platform/index.js';
import { NotificationsService } from '../../notifications/index.js';
import type { Finding } from '../domain/verification.js';
import type { RegisterAnswer } from './organization-register.js';
import { NAMES_OF_VERIFICATION, SETTLE_VERIFICATION, type VerificationRow } from './verification.sql.js';

const DAY_MS = 86_400_000;
export const VALID_MS = 365 * DAY_MS;
/** The register is asked again this long before a verification runs out. */
const RENEWED_BEFORE_MS = 30 * DAY_MS;

export interface Settlement {
  readonly status: VerificationStatus;
  readonly reason: VerificationReason;
  readonly remark: string | null;
  readonly evidence: RegisterEvidence | null;
  readonly validUntil: Date | null;
  readonly decidedBy: string | null;
  readonly nextCheckAt: Date | null;
}

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** What the register's answer makes of a verification. */
export function settledBy(finding: Finding, answer: RegisterAnswer, now: Date): Settlement {
  const verified = finding.status === 'verified';
  return {
    ...finding,
    remark: null,
    evidence: answer.kind === 'found' ? evidenceOf(answer, now) : null,
    validUntil: verified ? later(now, VALID_MS) : null,
    decidedBy: null,
    nextCheckAt: verified ? later(now, VALID_MS - RENEWED_BEFORE_MS) : null,
  };
}

const evidenceOf = (
  { name, form, industries, inLiquidation }: Extract<RegisterAnswer, { kind: 'found' }>,
  now: Date,
): RegisterEvidence => ({ name, form, industries: [...industries], inLiquidation, checkedAt: now.toISOString() });

const OUTCOMES: Record<Exclude<VerificationStatus, 'requested'>, LocalText> = {
  verified: { nb: 'godkjent', nn: 'godkjend', en: 'verified' },
  rejected: { nb: 'ikke godkjent', nn: 'ikkje godkjend', en: 'not verified' },
  expired: { nb: 'utløpt', nn: 'utgått', en: 'expired' },
};

const REASONS: Partial<Record<VerificationReason, LocalText>> = {
  register_confirms: {
    nb: 'Opplysningene i Enhetsregisteret',
    nn: 'Opplysningane i Einingsregisteret',
    en: 'What the register of organizations says',
  },
  not_in_register: {
    nb: 'Organisasjonsnummeret finnes ikke i Enhetsregisteret',
    nn: 'Organisasjonsnummeret finst ikkje i Einingsregisteret',
    en: 'The organization number is not in the register',
  },
  deleted_in_register: {
    nb: 'Organisasjonen er slettet i Enhetsregisteret',
    nn: 'Organisasjonen er sletta i Einingsregisteret',
    en: 'The organization has been deleted from the register',
  },
  ran_out: {
    nb: 'Verifiseringen gjaldt et år. Be om en ny.',
    nn: 'Verifiseringa galdt eit år. Be om ei ny.',
    en: 'The verification held for a limited time. Ask for a new one.',
  },
};

/** Puts a verification into its next state, with its fact, its audit record and a word to those who lead the organization. */
@Injectable()
export class VerificationSettlement {
  constructor(private readonly notifications: NotificationsService) {}

  /** @throws Refusal STALE_VERSION when it is not as it was read */
  async settle(tx: Tx, before: VerificationRow, to: Settlement): Promise<OrganizationVerification> {
    const [row] = await tx.query<VerificationRow>(SETTLE_VERIFICATION, [
      tx.tenantId,
      before.id,
      before.version,
      to.status,
      to.reason,
      to.remark,
      to.evidence && JSON.stringify(to.evidence),
      to.validUntil,
      to.decidedBy,
      to.nextCheckAt,
      tx.actorId,
    ]);
    if (!row) throw new Refusal(STALE_VERSION);
    tx.audit({
      action: `digilist.organization-verification.${to.decidedBy === null ? 'check' : 'decide'}`,
      entity: { type: 'organization_verification', id: row.id },
      orgId: row.orgId,
      changes: { pricingGroup: row.pricingGroup, from: before.status, to: row.status, because: row.reason },
      ...(to.remark !== null && { reason: to.remark }),
    });
    if (row.status !== 'requested') await this.tell(tx, before, row);
    return row;
  }

  private async tell(tx: Tx, before: VerificationRow, row: VerificationRow): Promise<void> {
    const { id, version, orgId, pricingGroup, status } = row;
    const renewed = before.status === 'verified' && status === 'verified';
    const fact = renewed ? verificationRenewed : status === 'expired' ? verificationExpired : verificationDecided;
    const eventId = tx.emit(fact, { id, version, data: { verificationId: id, orgId, pricingGroup, status } });
    if (renewed) return;
    const leaders = await membersWhoCan(tx, 'digilist.organization-verification.request', [orgId]);
    const { organization, group } = await tx.one<{ organization: string; group: LocalText }>(NAMES_OF_VERIFICATION, [
      tx.tenantId,
      orgId,
      pricingGroup,
    ]);
    const details = {
      organization,
      group,
      outcome: OUTCOMES[status as keyof typeof OUTCOMES],
      reason: row.remark ?? REASONS[row.reason] ?? '',
    };
    await this.notifications.notifyAll(
      tx,
      leaders.map(({ userId }) => ({ event: 'verification.decided' as const, eventId, recipientId: userId, details })),
    );
  }
}
