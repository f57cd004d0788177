import {
  type DecideVerification,
  type OrganizationVerification,
  PRICING_GROUP_UNKNOWN,
  PRICING_GROUP_UNVERIFIABLE,
  type RequestVerification,
  VERIFICATION_DECIDED,
  VERIFICATION_EXISTS,
  type VerificationDecision,
  verificationRequested,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { LOGGER, type Logger, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { requireTenant } from '../../../platform/index.js';
import { findingOf, obstacleToAsking } from '../domain/verification.js';
import { OrganizationRegister, type RegisterAnswer, RegisterAway } from './organization-register.js';
import { settledBy, VALID_MS, VerificationSettlement } from './settlement.js';
import {
  type ApplicantRow,
  INSERT_VERIFICATION,
  LOCK_VERIFICATION,
  READ_APPLICANT,
  type VerificationRow,
} from './verification.sql.js';

/** When the register is away, it is asked again after this. */
const AGAIN_MS = 10 * 60_000;
const LONGEST_MS = 5 * VALID_MS;

/** Thrown inside a transaction that can only go on with the register's answer; never leaves the service. */
class AnswerNeeded extends Error {
  constructor(readonly organizationNumber: string) {
    super('the register has to be asked first');
  }
}

/** What the register said of a number; null: it is away. */
type Asked = { readonly organizationNumber: string; readonly answer: RegisterAnswer | null } | null;

/** Which organizations belong to which groups of bookers. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly register: OrganizationRegister,
    private readonly settlement: VerificationSettlement,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The register is asked between two transactions, the first of which has found out that it must be, and is gone. */
  async request(ctx: RequestContext, request: RequestVerification): Promise<OrganizationVerification> {
    try {
      return await this.work.run(ctx, (tx) => this.write(tx, request, null));
    } catch (error) {
      if (!(error instanceof AnswerNeeded)) throw error;
      const asked = await this.ask(error.organizationNumber);
      return this.work.run(ctx, (tx) => this.write(tx, request, asked));
    }
  }

  private async ask(organizationNumber: string): Promise<Asked> {
    try {
      return { organizationNumber, answer: await this.register.lookUp(organizationNumber) };
    } catch (error) {
      if (!(error instanceof RegisterAway)) throw error;
      this.log.warn({ err: error }, 'the register of organizations is away; it is asked again later');
      return { organizationNumber, answer: null };
    }
  }

  private async write(tx: Tx, request: RequestVerification, asked: Asked): Promise<OrganizationVerification> {
    const applicant = await requireApplicant(tx, request);
    const { organizationNumber } = applicant;
    const obstacle = obstacleToAsking(organizationNumber);
    if (obstacle === null && asked === null) throw new AnswerNeeded(organizationNumber as string);
    // Where the number was changed in between, the answer is about somebody else: the job asks again.
    const answer = asked?.organizationNumber === organizationNumber ? asked.answer : null;
    const again = obstacle === null && answer === null ? new Date(tx.now.getTime() + AGAIN_MS) : null;
    const row = await this.insert(tx, request, obstacle ?? 'register_away', organizationNumber, again);
    if (answer === null) return row;
    return this.settlement.settle(
      tx,
      row,
      settledBy(findingOf(row.pricingGroup, applicant.name, answer), answer, tx.now),
    );
  }

  private async insert(
    tx: Tx,
    { id: orgId, pricingGroup }: RequestVerification,
    reason: string,
    organizationNumber: string | null,
    nextCheckAt: Date | null,
  ): Promise<VerificationRow> {
    const values = [tx.tenantId, orgId, pricingGroup, reason, organizationNumber, nextCheckAt, tx.actorId];
    const [row] = await tx.query<VerificationRow>(INSERT_VERIFICATION, values);
    // Somebody else has asked at the same moment.
    if (!row) throw new Refusal(VERIFICATION_EXISTS);
    const { id, version, status } = row;
    tx.emit(verificationRequested, { id, version, data: { verificationId: id, orgId, pricingGroup, status } });
    tx.audit({
      action: 'digilist.organization-verification.request',
      entity: { type: 'organization_verification', id },
      orgId,
      changes: { pricingGroup },
    });
    return row;
  }

  decide(
    ctx: RequestContext,
    { id, decision, remark, validUntil }: DecideVerification,
  ): Promise<OrganizationVerification> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const row = await tx.one<VerificationRow>(LOCK_VERIFICATION, [tx.tenantId, id]);
      if (ctx.ifMatch !== null && ctx.ifMatch !== row.version) throw new Refusal(STALE_VERSION);
      if (!mayBecome(row, decision))
        throw new Refusal(VERIFICATION_DECIDED, { details: { status: row.status, reason: row.reason } });
      return this.settlement.settle(tx, row, {
        status: decision,
        reason: 'person',
        remark,
        evidence: null,
        validUntil: decision === 'verified' ? requireEnd(validUntil, tx.now) : null,
        decidedBy: userOf(ctx).userId,
        nextCheckAt: null,
      });
    });
  }
}

/** What waits is decided; what was given may be taken back. */
const mayBecome = ({ status }: VerificationRow, decision: VerificationDecision): boolean =>
  status === 'requested' || (status === 'verified' && decision === 'rejected');

/** @throws Refusal NOT_FOUND, PRICING_GROUP_UNKNOWN, PRICING_GROUP_UNVERIFIABLE, VERIFICATION_EXISTS */
async function requireApplicant(tx: Tx, { id: orgId, pricingGroup }: RequestVerification): Promise<ApplicantRow> {
  const [applicant] = await tx.query<ApplicantRow>(READ_APPLICANT, [tx.tenantId, orgId, pricingGroup]);
  if (!applicant || !tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
  if (!applicant.groupKnown) throw new Refusal(PRICING_GROUP_UNKNOWN);
  if (!applicant.verifiable) throw new Refusal(PRICING_GROUP_UNVERIFIABLE);
  const { standing } = applicant;
  if (standing)
    throw new Refusal(VERIFICATION_EXISTS, { details: { verificationId: standing.id, status: standing.status } });
  return applicant;
}

/** @throws Refusal VALIDATION_FAILED */
function requireEnd(validUntil: string | undefined, now: Date): Date {
  const end = validUntil === undefined ? new Date(now.getTime() + VALID_MS) : new Date(validUntil);
  const ahead = end.getTime() - now.getTime();
  if (ahead > 0 && ahead <= LONGEST_MS) return end;
  const message = 'validUntil lies in the future, at most five years ahead.';
  throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'validUntil', code: 'RANGE', message }] });
}
