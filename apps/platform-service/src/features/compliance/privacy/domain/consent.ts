import { createHash } from 'node:crypto';
import type {
  Consent,
  ConsentChoice,
  ConsentStatus,
  LocaleCode,
  LocalizedNotice,
  LocalizedText,
} from '@platform/contracts';

export interface PurposeRow extends Record<string, unknown> {
  key: string;
  product: string;
  version: number;
  title: LocalizedText;
  notice: LocalizedNotice;
  notice_hash: Record<LocaleCode, string>;
  /** The newest version that every consent has to be renewed for; 0 when there is none. */
  renewed_at: number;
}

export interface ActRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  purpose: string;
  purpose_version: number;
  status: ConsentStatus;
  act: number;
  occurred_at: Date;
  language: LocaleCode | null;
  notice_hash: string | null;
  channel: string;
}

/** The id of a user's consent to a purpose follows from both (UUID version 8), so that its state has one place. */
export function consentIdOf(tenantId: string, userId: string, purposeKey: string): string {
  const digest = createHash('sha256').update(`consent/v1|${tenantId}|${userId}|${purposeKey}`).digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

type Act = Pick<ActRow, 'status' | 'purpose_version' | 'occurred_at'>;

/** What holds now. A consent to a notice that has since been renewed has expired, whether the ledger says so yet or not. */
export function statusOf(act: Act | undefined, renewedAt: number): 'undecided' | ConsentStatus {
  if (!act) return 'undecided';
  return act.status === 'given' && act.purpose_version < renewedAt ? 'expired' : act.status;
}

/** Whether a choice is a new act; what is so already is not written again, and nothing given is nothing to withdraw. */
export function isNewAct(act: Act | undefined, choice: ConsentChoice, version: number, renewedAt: number): boolean {
  const status = statusOf(act, renewedAt);
  if (choice === 'withdrawn') return status === 'given';
  if (choice === 'refused') return status !== 'refused';
  return status !== 'given' || act?.purpose_version !== version;
}

export function consentOf(purpose: PurposeRow, act: ActRow | undefined, language: LocaleCode): Consent {
  const status = statusOf(act, purpose.renewed_at);
  return {
    purposeKey: purpose.key,
    product: purpose.product,
    status,
    effective: status === 'given',
    decidedVersion: act?.purpose_version ?? null,
    decidedAt: act?.occurred_at.toISOString() ?? null,
    version: purpose.version,
    title: purpose.title[language],
    notice: purpose.notice[language],
    language,
    noticeHash: purpose.notice_hash[language],
  };
}
