import type { Locale } from '@kit/contracts';

/** Text with `{placeholders}`; a line whose placeholder has no value is left out. */
export interface Template {
  subject: string;
  body: string;
}

export type Texts = Record<Locale, Template>;

interface Words {
  hello: string;
  facts: string;
  link: string;
  reference: string;
  regards: string;
}

const WORDS: Record<Locale, Words> = {
  nb: {
    hello: 'Hei {name}',
    facts: '{place}\n{when}\nPris: {total}\nBegrunnelse: {reason}',
    link: 'Se bookingen: {link}',
    reference: 'Referanse: {reference}',
    regards: 'Vennlig hilsen {tenant}',
  },
  nn: {
    hello: 'Hei {name}',
    facts: '{place}\n{when}\nPris: {total}\nGrunngjeving: {reason}',
    link: 'Sjå bookinga: {link}',
    reference: 'Referanse: {reference}',
    regards: 'Venleg helsing {tenant}',
  },
  en: {
    hello: 'Hello {name}',
    facts: '{place}\n{when}\nPrice: {total}\nReason: {reason}',
    link: 'See the booking: {link}',
    reference: 'Reference: {reference}',
    regards: 'Kind regards, {tenant}',
  },
};

/** What a letter says besides greeting, facts about the booking, reference and signature. */
export interface Content {
  /** What happened. */
  opening: string;
  /** More facts, a line each. */
  facts?: string;
  /** What now. */
  ending?: string;
  /** The line with the link, where it is not just to look. */
  link?: string;
}

const paragraphs = (...texts: (string | undefined)[]) => texts.filter(Boolean).join('\n\n');

export function letter(locale: Locale, { opening, facts = '', ending, link }: Content): string {
  const words = WORDS[locale];
  const about = [words.facts, facts].filter(Boolean).join('\n');
  const end = [link ?? words.link, words.reference].join('\n');
  return paragraphs(words.hello, opening, about, ending, `${end}\n${words.regards}`);
}

/** About several bookings at once, which have no one place, time or price. */
export function letterOfMany(locale: Locale, content: Content): string {
  return letter(locale, content).replace(/\{place\}[\s\S]*\{total\}/, '{bookings}');
}

/** About something that is no booking. */
export function plainLetter(locale: Locale, { opening, facts, ending, link }: Content): string {
  const words = WORDS[locale];
  return paragraphs(words.hello, opening, facts, ending, link, words.regards);
}
