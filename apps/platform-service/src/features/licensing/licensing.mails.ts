import type { Locale, LocalText } from '@kit/contracts';

export interface ThresholdMail {
  meter: string;
  threshold: number;
  used: number;
  limit: number | null;
  link: string;
}

const SUBJECT = (meter: string, threshold: number): LocalText => ({
  nb: `${threshold} % av grensen er brukt: ${meter}`,
  nn: `${threshold} % av grensa er brukt: ${meter}`,
  en: `${threshold} % of the limit is used: ${meter}`,
});
const COUNT = (meter: string, used: number, limit: number | null): LocalText => ({
  nb: `${meter}: ${used} av ${limit ?? 'ubegrenset'} er brukt eller tildelt i perioden.`,
  nn: `${meter}: ${used} av ${limit ?? 'uavgrensa'} er brukt eller tildelt i perioden.`,
  en: `${meter}: ${used} of ${limit ?? 'unlimited'} are used or granted in this period.`,
});
const FULL: LocalText = {
  nb: 'Grensen er nådd. Mer blir avvist til neste periode begynner, eller til lisensen utvides.',
  nn: 'Grensa er nådd. Meir blir avvist til neste periode byrjar, eller til lisensen blir utvida.',
  en: 'The limit is reached. More is refused until the next period begins, or the licence is extended.',
};
const NEAR: LocalText = {
  nb: 'Når grensen er nådd, blir mer avvist.',
  nn: 'Når grensa er nådd, blir meir avvist.',
  en: 'When the limit is reached, more is refused.',
};

export const thresholdMail = (locale: Locale, { meter, threshold, used, limit, link }: ThresholdMail) => ({
  subject: SUBJECT(meter, threshold)[locale],
  body: [COUNT(meter, used, limit)[locale], (threshold >= 100 ? FULL : NEAR)[locale], link].join('\n\n'),
});
