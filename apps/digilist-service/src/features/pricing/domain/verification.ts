import type { VerificationReason, VerificationStatus } from '@digilist/contracts';
import type { RegisterAnswer } from '../verification/organization-register.js';

/** What follows from what is known; `requested` means that a person has to look at it. */
export interface Finding {
  readonly status: Exclude<VerificationStatus, 'expired'>;
  readonly reason: VerificationReason;
}

/**
 * What the register has to say for a group to follow from it: the kind of organization, and how the code of what it
 * mainly does begins. Where nothing is written here, a person decides.
 */
const PROOF: Readonly<Record<string, { readonly form: string; readonly industry: string }>> = {
  // An association (forening, lag) whose business is sports.
  sports_club: { form: 'FLI', industry: '93.1' },
};

/** The facts decide, and nothing else: not who asks, when, or for whom. */
export function findingOf(pricingGroup: string, organizationName: string, answer: RegisterAnswer): Finding {
  if (answer.kind === 'unknown') return { status: 'rejected', reason: 'not_in_register' };
  if (answer.kind === 'deleted') return { status: 'rejected', reason: 'deleted_in_register' };
  if (answer.inLiquidation) return { status: 'requested', reason: 'in_liquidation' };
  // Anybody can write down the number of somebody else.
  if (plain(answer.name) !== plain(organizationName)) return { status: 'requested', reason: 'name_differs' };
  const proof = PROOF[pricingGroup];
  const [industry = ''] = answer.industries;
  return proof && answer.form === proof.form && industry.startsWith(proof.industry)
    ? { status: 'verified', reason: 'register_confirms' }
    : { status: 'requested', reason: 'needs_a_person' };
}

/** Without what people write differently: capitals, accents, signs and spaces; and with IL and I.L. the same. */
const plain = (name: string): string =>
  name
    .toLocaleLowerCase('nb')
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '');

const WEIGHTS = [3, 2, 7, 6, 5, 4, 3, 2];

/** Why the register need not be asked; null: it can be. */
export function obstacleToAsking(organizationNumber: string | null): VerificationReason | null {
  if (organizationNumber === null) return 'no_organization_number';
  if (!/^\d{9}$/.test(organizationNumber)) return 'invalid_organization_number';
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(organizationNumber[at]), 0);
  // The last digit checks the others (modulus 11); where it would have to be 10, there is no such number.
  return (11 - (sum % 11)) % 11 === Number(organizationNumber[8]) ? null : 'invalid_organization_number';
}
