import type { Limits } from '@platform/contracts';

interface Offer {
  readonly modules: readonly string[];
  readonly limits: Limits;
}

export interface LimitStep {
  readonly meter: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly used: number;
  readonly overLimit: boolean;
}

/** What moving from one plan to another means. `less`: something gets less, so it is a downgrade. */
export function planSteps(
  from: Offer,
  to: Offer,
  used: ReadonlyMap<string, number>,
  overrides: ReadonlyMap<string, number | null>,
): { less: boolean; modulesGained: string[]; modulesLost: string[]; limits: LimitStep[] } {
  const meters = [...new Set([...Object.keys(from.limits), ...Object.keys(to.limits)])];
  // A meter that a plan does not know gives nothing.
  const amount = (offer: Offer, meter: string): number | null =>
    offer.limits[meter] === undefined ? 0 : (offer.limits[meter] as number | null);
  const modulesLost = from.modules.filter((module) => !to.modules.includes(module));
  const limits = meters.map((meter) => {
    const override = overrides.get(meter);
    const [before, after] = [amount(from, meter), amount(to, meter)].map((value) =>
      override === undefined ? value : override,
    ) as [number | null, number | null];
    const count = used.get(meter) ?? 0;
    return { meter, from: before, to: after, used: count, overLimit: after !== null && count > after };
  });
  const falls = limits.some(({ from: before, to: after }) => after !== null && (before === null || before > after));
  return {
    less: modulesLost.length > 0 || falls,
    modulesGained: to.modules.filter((module) => !from.modules.includes(module)),
    modulesLost,
    limits,
  };
}
