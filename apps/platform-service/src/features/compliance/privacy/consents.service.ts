import { NOT_FOUND, Refusal } from '@kit/contracts';
import { jobOrigin, originIn, type RequestContext, SYSTEM_DATABASE, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  CONSENT_MISSING,
  CONSENT_PURPOSE_UNKNOWN,
  CONSENT_VERSION_OUTDATED,
  type ConsentReceipt,
  type ConsentStatus,
  type Consents,
  consentExpired,
  consentGiven,
  consentRefused,
  consentState,
  consentWithdrawn,
  type DecidedConsent,
  type LocaleCode,
  type PutConsent,
  type RecordConsent,
  type RecordedConsent,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Vault } from '../../../secrets/index.js';
import { SigningKeys } from '../../identity/index.js';
import {
  DECIDED_PURPOSES,
  FIND_PERSON,
  INSERT_ACT,
  LAST_ACTS,
  LOCK_PERSON,
  PURPOSES,
  STALE_CONSENTS,
} from './consents.sql.js';
import { type ActRow, consentIdOf, consentOf, isNewAct, type PurposeRow, statusOf } from './domain/consent.js';
import { receiptOf } from './domain/receipt.js';
import { type PersonRow, requireThemselves } from './person.js';

const EVENTS = {
  given: consentGiven,
  refused: consentRefused,
  withdrawn: consentWithdrawn,
  expired: consentExpired,
} as const;

interface NewAct {
  readonly userId: string;
  readonly purpose: PurposeRow;
  readonly version: number;
  readonly status: ConsentStatus;
  readonly language: LocaleCode | null;
  readonly channel: string;
  readonly evidence: string | null;
  readonly last: ActRow | undefined;
}

/** What people agreed to: a ledger that only grows, and its last word as state for the products. */
@Injectable()
export class ConsentsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly keys: SigningKeys,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  own(ctx: RequestContext): Promise<Consents> {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, (tx) => consentsOf(tx, userId, ctx.locale));
  }

  ofUser(ctx: RequestContext, userId: string): Promise<Consents> {
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(NOT_FOUND);
      await tx.one<PersonRow>(FIND_PERSON, [tx.tenantId, userId]);
      return consentsOf(tx, userId, ctx.locale);
    });
  }

  async put(ctx: RequestContext, request: PutConsent): Promise<DecidedConsent> {
    const { userId } = userOf(ctx);
    requireThemselves(ctx);
    const { purposeKey, state, version, language } = request;
    const { act, person, purpose } = await this.work.run(ctx, async (tx) => {
      const purpose = await purposeOf(tx, purposeKey);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, userId]);
      const [last] = await tx.query<ActRow>(LAST_ACTS, [tx.tenantId, userId, purposeKey]);
      requireCurrent(purpose, state, version);
      const evidence = JSON.stringify({ ip: ctx.ip, userAgent: ctx.userAgent, requestId: ctx.requestId });
      const made = { userId, purpose, version, status: state, language, channel: 'web', evidence, last };
      const act = isNewAct(last, state, version, purpose.renewed_at) ? await this.append(tx, made) : last;
      return { act, person, purpose };
    });
    const receipt = act ? await this.receipt(ctx, act, purpose, person) : null;
    return { consent: consentOf(purpose, act, language), receipt };
  }

  async lastReceipt(ctx: RequestContext, purposeKey: string): Promise<ConsentReceipt> {
    const { userId } = userOf(ctx);
    const { act, purpose, person } = await this.work.run(ctx, async (tx) => ({
      purpose: await purposeOf(tx, purposeKey),
      person: await tx.one<PersonRow>(FIND_PERSON, [tx.tenantId, userId]),
      act: await tx.one<ActRow>(LAST_ACTS, [tx.tenantId, userId, purposeKey]),
    }));
    return this.receipt(ctx, act, purpose, person);
  }

  /** For a product that collected a consent itself; only its own purposes. */
  record(ctx: RequestContext, request: RecordConsent): Promise<RecordedConsent> {
    const product = ctx.principal.kind === 'product' ? ctx.principal.key : '';
    const { tenantId, userId, purposeKey, state, version, language, channel, evidence = null } = request;
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const purpose = await purposeOf(tx, purposeKey);
      if (purpose.product !== product) throw new Refusal(CONSENT_PURPOSE_UNKNOWN);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tenantId, userId]);
      if (person.erased_at) throw new Refusal(NOT_FOUND);
      const [last] = await tx.query<ActRow>(LAST_ACTS, [tenantId, userId, purposeKey]);
      requireCurrent(purpose, state, version);
      const made = { userId, purpose, version, status: state, language, channel, evidence, last };
      const act = isNewAct(last, state, version, purpose.renewed_at) ? await this.append(tx, made) : last;
      const status = statusOf(act, purpose.renewed_at);
      return { status, effective: status === 'given' };
    });
  }

  /** Writes down what a new notice has ended, so that products hear of it. Answers how many. */
  async expireStale(limit = 500): Promise<number> {
    const stale: { tenantId: string; userId: string; purpose: string; serviceUserId: string }[] =
      await this.system.query(STALE_CONSENTS, [limit]);
    for (const { tenantId, userId, purpose: key, serviceUserId } of stale) {
      await this.work.runAs(jobOrigin(tenantId, 'consents', serviceUserId), async (tx) => {
        const purpose = await purposeOf(tx, key).catch(() => null);
        await tx.one(LOCK_PERSON, [tenantId, userId]);
        const [last] = await tx.query<ActRow>(LAST_ACTS, [tenantId, userId, key]);
        if (!purpose || last?.status !== 'given' || statusOf(last, purpose.renewed_at) !== 'expired') return;
        const { purpose_version: version, language } = last;
        await this.append(tx, {
          userId,
          purpose,
          version,
          status: 'expired',
          language,
          channel: 'notice',
          evidence: null,
          last,
        });
      });
    }
    return stale.length;
  }

  private async append(tx: Tx, act: NewAct): Promise<ActRow> {
    const { userId, purpose, version, status, language, channel, evidence, last } = act;
    const id = uuidv7();
    const place = { table: 'gdpr_consents', column: 'evidence_sealed', row: id, subject: userId };
    const row = await tx.one<ActRow>(INSERT_ACT, [
      tx.tenantId,
      id,
      userId,
      purpose.key,
      // Who withdraws or refuses does so of what they had, or were asked.
      status === 'withdrawn' ? last?.purpose_version : version,
      status,
      (last?.act ?? 0) + 1,
      tx.now,
      language,
      language === null ? null : purpose.notice_hash[language],
      channel,
      evidence === null ? null : await this.vault.seal(tx, evidence, place),
      tx.actorId,
    ]);
    const stateId = consentIdOf(tx.tenantId, userId, purpose.key);
    const data = { userId, purposeKey: purpose.key, purposeVersion: row.purpose_version };
    tx.emit(EVENTS[status], { id: stateId, version: row.act, data });
    publishAct(tx, row);
    tx.audit({
      action: 'platform.consent.record',
      entity: { type: 'consent', id: stateId },
      changes: { ...data, status, channel },
    });
    return row;
  }

  private async receipt(
    ctx: RequestContext,
    act: ActRow,
    purpose: PurposeRow,
    person: PersonRow,
  ): Promise<ConsentReceipt> {
    const { tenantId } = userOf(ctx);
    const record = receiptOf(act, purpose, { tenantId, name: person.tenant_name, apiUrl: this.config.apiUrl });
    return { record, jws: await this.keys.signDocument(record, 'consent-receipt+jwt') };
  }
}

/** The last word of a user on a purpose, as products copy it. */
function publishAct(tx: Tx, row: ActRow): void {
  const { user_id: userId, purpose: purposeKey, purpose_version: purposeVersion, status, act: version } = row;
  const id = consentIdOf(tx.tenantId, userId, purposeKey);
  const data = { id, tenantId: tx.tenantId, version, status, userId, purposeKey, purposeVersion };
  tx.state(consentState, { id, version, data });
}

/** Every state of a consent in a tenant, and the user it is of. Read by the system role. */
export async function findConsents(database: DataSource, tenantId: string): Promise<{ state: string; row: string }[]> {
  const rows: { userId: string; purpose: string }[] = await database.query(DECIDED_PURPOSES, [tenantId]);
  return rows.map(({ userId, purpose }) => ({ state: consentIdOf(tenantId, userId, purpose), row: userId }));
}

/** Says again what these users agreed to. Answers how many purposes that is, over all of them. */
export async function publishConsents(tx: Tx, userIds: string[]): Promise<number> {
  let published = 0;
  for (const userId of userIds) {
    // Nobody adds an act meanwhile.
    await tx.query(LOCK_PERSON, [tx.tenantId, userId]);
    const acts = await tx.query<ActRow>(LAST_ACTS, [tx.tenantId, userId, null]);
    for (const act of acts) publishAct(tx, act);
    published += acts.length;
  }
  return published;
}

/** Whether somebody's consent holds. Whatever is not a clear yes is a no. */
export async function consented(tx: Tx, userId: string, purposeKey: string): Promise<boolean> {
  const [purpose] = await tx.query<PurposeRow>(PURPOSES, [purposeKey]);
  if (!purpose) return false;
  const [act] = await tx.query<ActRow>(LAST_ACTS, [tx.tenantId, userId, purposeKey]);
  return statusOf(act, purpose.renewed_at) === 'given';
}

/** @throws Refusal CONSENT_MISSING */
export async function requireConsent(tx: Tx, userId: string, purposeKey: string): Promise<void> {
  if (!(await consented(tx, userId, purposeKey)))
    throw new Refusal(CONSENT_MISSING, { details: { purpose: purposeKey } });
}

async function consentsOf(tx: Tx, userId: string, language: LocaleCode): Promise<Consents> {
  const purposes = await tx.query<PurposeRow>(PURPOSES, [null]);
  const acts = await tx.query<ActRow>(LAST_ACTS, [tx.tenantId, userId, null]);
  const byPurpose = new Map(acts.map((act) => [act.purpose, act]));
  return { data: purposes.map((purpose) => consentOf(purpose, byPurpose.get(purpose.key), language)) };
}

async function purposeOf(tx: Tx, key: string): Promise<PurposeRow> {
  const [purpose] = await tx.query<PurposeRow>(PURPOSES, [key]);
  if (!purpose) throw new Refusal(CONSENT_PURPOSE_UNKNOWN);
  return purpose;
}

/** Nobody consents to a text that is no longer asked; taking back needs no text. */
function requireCurrent(purpose: PurposeRow, state: ConsentStatus, version: number): void {
  if (state !== 'withdrawn' && version !== purpose.version)
    throw new Refusal(CONSENT_VERSION_OUTDATED, { details: { version: purpose.version } });
}
