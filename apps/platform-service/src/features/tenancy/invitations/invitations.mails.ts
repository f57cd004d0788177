import type { Locale } from '@kit/contracts';

interface Invited {
  /** Name of the organization, or of the tenant where it leads to no organization. */
  readonly to: string;
  readonly link: string;
  readonly until: Date;
}

const day = (until: Date, locale: Locale, timeZone: string): string =>
  new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { dateStyle: 'long', timeZone }).format(until);

const TEXTS: Record<Locale, (invited: Invited & { day: string }) => { subject: string; body: string }> = {
  nb: ({ to, link, day: until }) => ({
    subject: `Du er invitert til ${to}`,
    body: `Hei!\n\nDu er invitert til ${to}. Åpne lenken for å ta imot invitasjonen:\n\n${link}\n\nLenken virker til ${until} og kan brukes én gang. Ventet du ikke denne invitasjonen, kan du se bort fra den.\n`,
  }),
  nn: ({ to, link, day: until }) => ({
    subject: `Du er invitert til ${to}`,
    body: `Hei!\n\nDu er invitert til ${to}. Opne lenkja for å ta imot invitasjonen:\n\n${link}\n\nLenkja verkar til ${until} og kan brukast éin gong. Venta du ikkje denne invitasjonen, kan du sjå bort frå han.\n`,
  }),
  en: ({ to, link, day: until }) => ({
    subject: `You are invited to ${to}`,
    body: `Hello,\n\nYou are invited to ${to}. Open the link to accept the invitation:\n\n${link}\n\nThe link works until ${until}, once. If you did not expect this invitation, ignore it.\n`,
  }),
};

export const invitationMail = (locale: Locale, invited: Invited, timeZone = 'Europe/Oslo') =>
  TEXTS[locale]({ ...invited, day: day(invited.until, locale, timeZone) });
