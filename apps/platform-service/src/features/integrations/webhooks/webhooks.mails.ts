import type { Locale, LocalText } from '@kit/contracts';

type Reason = 'gone' | 'failing';

const SUBJECT: LocalText = {
  nb: 'En webhook er slått av',
  nn: 'Ein webhook er slått av',
  en: 'A webhook has been disabled',
};
const WHY: Record<Reason, LocalText> = {
  gone: {
    nb: 'Mottakeren svarte at den ikke vil ha mer (410).',
    nn: 'Mottakaren svarte at han ikkje vil ha meir (410).',
    en: 'The receiver answered that it wants no more (410).',
  },
  failing: {
    nb: 'Ingen levering har lykkes på fem dager.',
    nn: 'Inga levering har lykkast på fem dagar.',
    en: 'No delivery has succeeded for five days.',
  },
};
const NEXT: LocalText = {
  nb: 'Hendelser holdes igjen i 30 dager. Når mottakeren er klar, slå webhooken på og send det som mangler på nytt:',
  nn: 'Hendingar blir haldne att i 30 dagar. Når mottakaren er klar, slå webhooken på og send det som manglar på nytt:',
  en: 'Events are held for 30 days. Once the receiver is ready, enable the webhook and send again what was missed:',
};

/** The host says which one it is; the rest of the URL may be a secret. */
export const disabledMail = (locale: Locale, reason: Reason, url: string, link: string) => ({
  subject: SUBJECT[locale],
  body: [`${new URL(url).host}: ${WHY[reason][locale]}`, NEXT[locale], link].join('\n\n'),
});
