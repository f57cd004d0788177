import type { CreateDiscountCode, DiscountKind } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

export interface DiscountTerms
  extends Required<Pick<CreateDiscountCode, 'maxUses' | 'validFrom' | 'validUntil' | 'value' | 'code'>> {
  readonly kind: DiscountKind;
  readonly used: number;
}

const CODE = /^[A-Z0-9-]{3,40}$/;
const ALL_OF_IT = 10_000;

/** What is wrong with the terms of a code; nothing when it can be kept. */
export function discountProblems({
  code,
  kind,
  value,
  maxUses,
  used,
  validFrom,
  validUntil,
}: DiscountTerms): FieldError[] {
  const problems: FieldError[] = [];
  const problem = (path: string, rule: string, message: string) => problems.push({ path, code: rule, message });
  if (!CODE.test(code)) problem('code', 'PATTERN', 'Use 3 to 40 capital letters A to Z, digits and hyphens.');
  if (kind === 'percentage' && value > ALL_OF_IT)
    problem('value', 'TOO_LARGE', `A percentage is at most ${ALL_OF_IT}.`);
  if (maxUses !== null && maxUses < used) problem('maxUses', 'BELOW_USED', `It has been used ${used} times already.`);
  if (validFrom !== null && validUntil !== null && Date.parse(validFrom) >= Date.parse(validUntil))
    problem('validUntil', 'AFTER_FROM', 'validUntil must be after validFrom.');
  return problems;
}
