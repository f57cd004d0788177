import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RULES } from '../contracts/rules.js';
import { SCHEMA_RULES } from '../schema/compare-catalogues.js';
import { RELEASES } from './releases.js';

/** `releases/accepted.json`: breaks that stay, each with a reason, until the next release is recorded. */
export interface Accepted {
  /** Rule and place, as the message names them. */
  change: string;
  reason: string;
}

const BELONGS: Record<'contracts' | 'schema', object> = { contracts: RULES, schema: SCHEMA_RULES };
const ruleOf = ({ change }: Accepted): string => change.split(' ')[0] as string;

export function acceptedChanges(of: 'contracts' | 'schema'): Accepted[] {
  const all = JSON.parse(readFileSync(path.join(RELEASES, 'accepted.json'), 'utf8')) as Accepted[];
  for (const one of all) refuseIncomplete(one);
  return all.filter((one) => ruleOf(one) in BELONGS[of]);
}

export function refuseIncomplete(one: Accepted): void {
  if (!Object.values(BELONGS).some((rules) => ruleOf(one) in rules))
    throw new Error(`releases/accepted.json: "${one.change}" begins with no rule. Copy it from the message.`);
  if (!one.reason?.trim())
    throw new Error(`releases/accepted.json: "${one.change}" has no reason. Say why it may break.`);
}

/** What is not accepted, and what is accepted without being there (any more). */
export function judge(found: readonly string[], accepted: readonly Accepted[]): { open: string[]; idle: string[] } {
  const known = new Set(accepted.map(({ change }) => change));
  return {
    open: found.filter((key) => !known.has(key)),
    idle: [...known].filter((change) => !found.includes(change)),
  };
}
