import type { Price, PriceLine, PriceUnit, VatTotal } from '@digilist/contracts';
import { type Locale, money } from '@kit/contracts';

/** What it takes to tell a price in one language. */
interface Words {
  readonly locale: string;
  readonly money: (amount: string) => string;
  readonly units: Record<Exclude<PriceUnit, 'booking'>, readonly [one: string, many: string]>;
  readonly rule: (version: number) => string;
  readonly lump: (name: string, rule: string) => string;
  readonly addOn: (name: string) => string;
  readonly off: (name: string, percent: string) => string;
  readonly extra: (name: string, percent: string) => string;
  readonly codeOff: (code: string, percent: string) => string;
  readonly code: (code: string) => string;
  readonly vat: (percent: string) => string;
  readonly noVat: string;
  readonly free: string;
  readonly toPay: string;
}

const NORWEGIAN = {
  locale: 'nb-NO',
  money: (amount: string) => `${amount} kr`,
  lump: (name: string, rule: string) => `Fast pris (${name}, ${rule})`,
  off: (name: string, percent: string) => `${name} får ${percent} % avslag`,
  code: (code: string) => `Rabattkode ${code}`,
  vat: (percent: string) => `Mva ${percent} %`,
  noVat: 'Uten mva.',
  free: 'Det er gratis.',
  toPay: 'Å betale',
};

const WORDS: Record<Locale, Words> = {
  nb: {
    ...NORWEGIAN,
    units: {
      hour: ['time', 'timer'],
      day: ['dag', 'dager'],
      slot: ['økt', 'økter'],
      unit: ['stk.', 'stk.'],
      person: ['person', 'personer'],
    },
    rule: (version) => `regel v${version}`,
    addOn: (name) => `Tillegg, ${name}`,
    extra: (name, percent) => `${name} betaler ${percent} % tillegg`,
    codeOff: (code, percent) => `Rabattkode ${code} gir ${percent} % avslag`,
  },
  nn: {
    ...NORWEGIAN,
    locale: 'nn-NO',
    units: {
      hour: ['time', 'timar'],
      day: ['dag', 'dagar'],
      slot: ['økt', 'økter'],
      unit: ['stk.', 'stk.'],
      person: ['person', 'personar'],
    },
    rule: (version) => `regel v${version}`,
    addOn: (name) => `Tillegg, ${name}`,
    extra: (name, percent) => `${name} betaler ${percent} % tillegg`,
    codeOff: (code, percent) => `Rabattkode ${code} gjev ${percent} % avslag`,
    noVat: 'Utan mva.',
  },
  en: {
    locale: 'en-GB',
    money: (amount) => (amount.startsWith(MINUS) ? `${MINUS}NOK ${amount.slice(1)}` : `NOK ${amount}`),
    units: {
      hour: ['hour', 'hours'],
      day: ['day', 'days'],
      slot: ['slot', 'slots'],
      unit: ['item', 'items'],
      person: ['person', 'people'],
    },
    rule: (version) => `rule v${version}`,
    lump: (name, rule) => `Fixed price (${name}, ${rule})`,
    addOn: (name) => `Add-on, ${name}`,
    off: (name, percent) => `${name} gets ${percent}% off`,
    extra: (name, percent) => `${name} pays ${percent}% extra`,
    codeOff: (code, percent) => `Discount code ${code} takes ${percent}% off`,
    code: (code) => `Discount code ${code}`,
    vat: (percent) => `VAT ${percent}%`,
    noVat: 'Without VAT.',
    free: 'It is free.',
    toPay: 'To pay',
  },
};

const MINUS = '\u2212';
const NO_BREAK_SPACE = '\u00a0';

/**
 * A price in sentences that somebody can read aloud, from nothing but its lines: what was booked years ago is told as it
 * was, whatever its rules have become. A reduction at several rates of VAT is told as the one it is.
 */
export function explainPrice({ lines, total }: Pick<Price, 'lines' | 'total'>, locale: Locale): string[] {
  const words = WORDS[locale];
  const paid = vatTotals(lines).filter(({ net }) => net.amount !== 0);
  const taxed = paid.filter(({ vatBasisPoints }) => vatBasisPoints > 0);
  return [
    ...together(lines).map((line) => `${sentenceOf(line, words, locale)}.`),
    ...taxed.map(
      ({ vatBasisPoints, vat }) => `${words.vat(percent(vatBasisPoints, words))}: ${kroner(vat.amount, words)}.`,
    ),
    ...(paid.length > 0 && taxed.length === 0 ? [words.noVat] : []),
    ...(total.amount === 0 ? [words.free] : []),
    `${words.toPay}: ${kroner(total.amount, words)}.`,
  ];
}

/** What the lines come to at each rate of VAT, highest first. */
export function vatTotals(lines: readonly PriceLine[]): VatTotal[] {
  const totals = new Map<number, VatTotal>();
  for (const { vatBasisPoints, net, vat } of lines) {
    const { currency } = net;
    const sum = totals.get(vatBasisPoints);
    totals.set(vatBasisPoints, {
      vatBasisPoints,
      net: money((sum?.net.amount ?? 0) + net.amount, currency),
      vat: money((sum?.vat.amount ?? 0) + vat.amount, currency),
    });
  }
  return [...totals.values()].sort((a, b) => b.vatBasisPoints - a.vatBasisPoints);
}

/** Groups and codes have a line for each rate of VAT. */
function together(lines: readonly PriceLine[]): PriceLine[] {
  const told: PriceLine[] = [];
  for (const line of lines) {
    const at = told.findIndex(({ kind, ruleId }) => kind === line.kind && ruleId === line.ruleId);
    const same = told[at];
    if (same && (line.kind === 'group' || line.kind === 'discount'))
      told[at] = { ...same, net: money(same.net.amount + line.net.amount, line.net.currency) };
    else told.push(line);
  }
  return told;
}

function sentenceOf(line: PriceLine, words: Words, locale: Locale): string {
  const name = line.name[locale] ?? line.name.nb;
  const net = kroner(line.net.amount, words);
  switch (line.kind) {
    case 'period':
      if (line.unit === 'booking') return `${words.lump(name, words.rule(line.ruleVersion))}: ${net}`;
      return `${unitsAt(line, words)} (${name}, ${words.rule(line.ruleVersion)}) = ${net}`;
    case 'add_on':
      return `${words.addOn(name)}: ${unitsAt(line, words)} (${words.rule(line.ruleVersion)}) = ${net}`;
    case 'group':
      return `${percentage(line, name, words)}: ${net}`;
    case 'discount':
      if (line.basisPoints === undefined) return `${words.code(name)}: ${net}`;
      return `${words.codeOff(name, percent(line.basisPoints, words))}: ${net}`;
  }
}

/** What was booked before percentages were kept has none. */
function percentage({ basisPoints }: PriceLine, name: string, words: Words): string {
  if (basisPoints === undefined) return name;
  return basisPoints > 0
    ? words.off(name, percent(basisPoints, words))
    : words.extra(name, percent(-basisPoints, words));
}

/** `2 timer à 300 kr`; of what is counted by the booking just `2 à 300 kr`. */
function unitsAt({ quantity, unit, rate }: PriceLine, words: Words): string {
  const count = Number(quantity ?? 1);
  const counted = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 4 }).format(count);
  const [one, many] = unit === null || unit === 'booking' ? ['', ''] : words.units[unit];
  const named = [counted, count === 1 ? one : many].filter((word) => word !== '').join(' ');
  return `${named} à ${kroner(rate?.amount ?? 0, words)}`;
}

function kroner(amount: number, { locale, money: written }: Words): string {
  const minimumFractionDigits = amount % 100 === 0 ? 0 : 2;
  const figures = new Intl.NumberFormat(locale, { minimumFractionDigits, maximumFractionDigits: 2 });
  return written(figures.format(amount / 100).replace('-', MINUS)).replaceAll(' ', NO_BREAK_SPACE);
}

const percent = (basisPoints: number, { locale }: Words): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(basisPoints / 100);
