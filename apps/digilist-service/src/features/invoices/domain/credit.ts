import { shareOf } from '../../ledger/index.js';

/** A line of an invoice with what credit notes have left of it. */
export interface OpenLine {
  readonly id: string;
  readonly bookingId: string;
  readonly vatBasisPoints: number;
  readonly netLeft: number;
  readonly vatLeft: number;
}

export interface CreditedLine {
  readonly line: OpenLine;
  readonly net: number;
  readonly vat: number;
}

export const leftOfLine = ({ netLeft, vatLeft }: OpenLine): number => netLeft + vatLeft;

/** Takes an amount off lines, each in proportion to what is left of it; what is left in the end adds up to the øre. */
export function creditOff(lines: readonly OpenLine[], amount: number): CreditedLine[] {
  const parts = lines.map(({ vatBasisPoints, netLeft, vatLeft }) => ({ vatBasisPoints, net: netLeft, vat: vatLeft }));
  const left = lines.reduce((sum, line) => sum + leftOfLine(line), 0);
  return shareOf(parts, left - amount, left)
    .map(({ net, vat }, at) => ({ line: lines[at] as OpenLine, net, vat }))
    .filter(({ net, vat }) => net + vat > 0);
}

export interface WantedCredit {
  readonly lineId: string;
  /** VAT included; undefined: all that is left. */
  readonly amount?: number | undefined;
}

/** What was asked for, line by line; null: more than there is, a line named twice, or one that is not on the invoice. */
export function creditAsked(
  lines: readonly OpenLine[],
  wanted: readonly WantedCredit[] | undefined,
): CreditedLine[] | null {
  const asked = wanted ?? lines.map(({ id }) => ({ lineId: id }));
  if (new Set(asked.map(({ lineId }) => lineId)).size !== asked.length) return null;
  const credited: CreditedLine[] = [];
  for (const { lineId, amount } of asked as readonly WantedCredit[]) {
    const line = lines.find(({ id }) => id === lineId);
    if (!line || (amount ?? 0) > leftOfLine(line)) return null;
    credited.push(...creditOff([line], amount ?? leftOfLine(line)));
  }
  return credited.length > 0 ? credited : null;
}
