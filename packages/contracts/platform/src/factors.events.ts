import { Id, OneOf, people } from '@kit/contracts';
import { event } from './context.js';

export const FACTOR_KINDS = ['totp', 'passkey'] as const;
export type FactorKind = (typeof FACTOR_KINDS)[number];

export class FactorData {
  @Id()
  userId: string;

  @OneOf(FACTOR_KINDS)
  kind: FactorKind;
}

export const factorAdded = event({
  aggregate: 'factor',
  fact: 'added',
  summary: 'A user set up another way to prove who they are',
  data: FactorData,
  audience: ({ userId }) => people(userId),
});

export const factorRemoved = event({
  aggregate: 'factor',
  fact: 'removed',
  summary: 'A way for a user to prove who they are was removed',
  data: FactorData,
  audience: ({ userId }) => people(userId),
});

export const factorEvents = [factorAdded, factorRemoved] as const;
