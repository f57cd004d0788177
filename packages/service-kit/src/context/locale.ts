import type { Locale } from '@kit/contracts';

const DEFAULT: Locale = 'nb';
const KNOWN: Record<string, Locale> = { nb: 'nb', no: 'nb', nn: 'nn', en: 'en' };

/** The best of our languages for an Accept-Language field (RFC 9110 §12.5.4); Bokmål when nothing fits. */
export function localeOf(acceptLanguage: string | null | undefined): Locale {
  if (!acceptLanguage) return DEFAULT;
  let best: Locale = DEFAULT;
  let bestQuality = 0;
  for (const range of acceptLanguage.slice(0, 200).split(',')) {
    const [tag = '', ...parameters] = range.split(';');
    const locale = KNOWN[tag.trim().toLowerCase().split('-')[0] as string];
    if (!locale) continue;
    const given = parameters.find((parameter) => parameter.trim().startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.trim().slice(2));
    if (quality > bestQuality) [best, bestQuality] = [locale, quality];
  }
  return best;
}
