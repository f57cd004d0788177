import type { Locale, LocalText } from '@kit/contracts';
import type { DevelopmentPayment } from './development-payments.sql.js';

const text = (nb: string, nn: string, en: string): LocalText => ({ nb, nn, en });

const TEXTS = {
  title: text('Betaling', 'Betaling', 'Payment'),
  amount: text('Beløp', 'Beløp', 'Amount'),
  about: text('Gjelder', 'Gjeld', 'For'),
  note: text(
    'Dette er en prøvebetaling. Ingen penger flyttes.',
    'Dette er ei prøvebetaling. Ingen pengar blir flytta.',
    'This is a trial payment. No money is moved.',
  ),
  pay: text('Betal', 'Betal', 'Pay'),
  cancel: text('Avbryt', 'Avbryt', 'Cancel'),
  back: text('Gå tilbake', 'Gå tilbake', 'Go back'),
  expired: text(
    'Tiden for å betale er ute. Gå tilbake og start betalingen på nytt.',
    'Tida for å betale er ute. Gå tilbake og start betalinga på nytt.',
    'The time to pay is over. Go back and start the payment again.',
  ),
  authorized: text('Betalingen er godkjent.', 'Betalinga er godkjend.', 'The payment is approved.'),
  cancelled: text('Betalingen er avbrutt.', 'Betalinga er avbroten.', 'The payment is cancelled.'),
} as const;

const LOCALES: Record<Locale, string> = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };

/** Contrast of text 7:1 and more, of borders and focus 3:1 and more; targets 44 px high; it reflows at any width. */
const STYLE = `
  body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0 auto; padding: 1.5rem; max-width: 32rem; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1.5rem 0; }
  dt { color: #454545; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
  p { padding: .75rem 1rem; border-left: .25rem solid #1f5f99; background: #eef4fa; }
  form { display: flex; flex-wrap: wrap; gap: 1rem; }
  button { font: inherit; min-height: 2.75rem; padding: .5rem 1.5rem; border: 2px solid #14497a; border-radius: .25rem; color: #14497a; background: #fff; cursor: pointer; }
  button[value=pay] { color: #fff; background: #14497a; }
  a { color: #14497a; display: inline-block; padding: .5rem 0; }
  :focus-visible { outline: 3px solid #1b1b1b; outline-offset: 3px; }
`;

/** The page where a payer pays, or sees that there is nothing to pay any more. */
export function checkoutPage(payment: DevelopmentPayment): string {
  const { amount, currency, description, locale, status, returnUrl } = payment;
  const say = (what: keyof typeof TEXTS) => TEXTS[what][locale];
  const sum = new Intl.NumberFormat(LOCALES[locale], { style: 'currency', currency }).format(amount / 100);
  const decision = `<form method="post">
<button type="submit" name="choice" value="pay">${say('pay')} ${escaped(sum)}</button>
<button type="submit" name="choice" value="cancel">${say('cancel')}</button>
</form>`;
  const decided = (what: Exclude<typeof status, 'open'>) =>
    `<p role="status">${say(what)}</p>\n<a href="${escaped(returnUrl)}">${say('back')}</a>`;
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say('title')}: ${escaped(description)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${say('title')}</h1>
<dl>
<dt>${say('about')}</dt><dd>${escaped(description)}</dd>
<dt>${say('amount')}</dt><dd>${escaped(sum)}</dd>
</dl>
<p>${say('note')}</p>
${status === 'open' ? decision : decided(status)}
</main>
</body>
</html>
`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
