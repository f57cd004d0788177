import type { Locale, LocalText } from '@kit/contracts';
import type { NewMail } from '../../mail/index.js';

/** To whom, in which language. */
export interface Recipient {
  readonly email: string;
  readonly locale: Locale;
}

const mail = ({ email, locale }: Recipient, subject: LocalText, ...paragraphs: LocalText[]): NewMail => ({
  to: email,
  locale,
  subject: subject[locale],
  body: `${paragraphs.map((text) => text[locale]).join('\n\n')}\n`,
});

const same = (text: string): LocalText => ({ nb: text, nn: text, en: text });

const NOT_YOU: LocalText = {
  nb: 'Var det ikke deg, kan du se bort fra denne e-posten. Ikke følg lenken.',
  nn: 'Var det ikkje deg, kan du sjå bort frå denne e-posten. Ikkje følg lenkja.',
  en: 'If it was not you, ignore this mail. Do not follow the link.',
};

export const openAccount = (to: Recipient, link: string): NewMail =>
  mail(
    to,
    { nb: 'Bekreft e-postadressen din', nn: 'Stadfest e-postadressa di', en: 'Confirm your email address' },
    {
      nb: 'Noen, trolig du, har bedt om en konto med denne adressen. Følg lenken innen et døgn for å åpne den:',
      nn: 'Nokon, truleg du, har bede om ein konto med denne adressa. Følg lenkja innan eit døgn for å opne han:',
      en: 'Somebody, probably you, has asked for an account with this address. Follow the link within a day to open it:',
    },
    same(link),
    NOT_YOU,
  );

export const alreadyRegistered = (to: Recipient, link: string): NewMail =>
  mail(
    to,
    { nb: 'Du har allerede en konto', nn: 'Du har alt ein konto', en: 'You already have an account' },
    {
      nb: 'Noen, trolig du, ville opprette en konto med denne adressen. Du har en fra før: logg inn med den.',
      nn: 'Nokon, truleg du, ville opprette ein konto med denne adressa. Du har ein frå før: logg inn med han.',
      en: 'Somebody, probably you, wanted to open an account with this address. You already have one: sign in with it.',
    },
    {
      nb: `Har du glemt passordet, kan du velge et nytt her:\n${link}`,
      nn: `Har du gløymt passordet, kan du velje eit nytt her:\n${link}`,
      en: `If you forgot the password, choose a new one here:\n${link}`,
    },
  );

export const resetLink = (to: Recipient, link: string): NewMail =>
  mail(
    to,
    { nb: 'Velg et nytt passord', nn: 'Vel eit nytt passord', en: 'Choose a new password' },
    {
      nb: 'Noen, trolig du, har bedt om å få velge et nytt passord. Følg lenken innen en time:',
      nn: 'Nokon, truleg du, har bede om å få velje eit nytt passord. Følg lenkja innan ein time:',
      en: 'Somebody, probably you, has asked to choose a new password. Follow the link within an hour:',
    },
    same(link),
    NOT_YOU,
  );

export const noPassword = (to: Recipient): NewMail =>
  mail(
    to,
    { nb: 'Kontoen din har ikke passord', nn: 'Kontoen din har ikkje passord', en: 'Your account has no password' },
    {
      nb: 'Noen, trolig du, har bedt om å få velge et nytt passord. Kontoen din har ikke noe: logg inn slik du pleier, eller spør en administrator.',
      nn: 'Nokon, truleg du, har bede om å få velje eit nytt passord. Kontoen din har ikkje noko: logg inn slik du plar, eller spør ein administrator.',
      en: 'Somebody, probably you, has asked to choose a new password. Your account has none: sign in the way you usually do, or ask an administrator.',
    },
  );

export const confirmNewAddress = (to: Recipient, link: string): NewMail =>
  mail(
    to,
    {
      nb: 'Bekreft den nye e-postadressen',
      nn: 'Stadfest den nye e-postadressa',
      en: 'Confirm your new email address',
    },
    {
      nb: 'Følg lenken innen et døgn, så blir dette adressen til kontoen din:',
      nn: 'Følg lenkja innan eit døgn, så blir dette adressa til kontoen din:',
      en: 'Follow the link within a day to make this the address of your account:',
    },
    same(link),
    NOT_YOU,
  );

export const addressTaken = (to: Recipient): NewMail =>
  mail(
    to,
    { nb: 'Adressen har allerede en konto', nn: 'Adressa har alt ein konto', en: 'The address already has an account' },
    {
      nb: 'Noen ville bruke denne adressen for en annen konto. Den har allerede sin egen, så ingenting er endret.',
      nn: 'Nokon ville bruke denne adressa for ein annan konto. Ho har alt sin eigen, så ingenting er endra.',
      en: 'Somebody wanted to use this address for another account. It already has one of its own, so nothing was changed.',
    },
  );

const WARNING: LocalText = {
  nb: 'Var det ikke deg? Velg straks et nytt passord, og si fra til en administrator.',
  nn: 'Var det ikkje deg? Vel straks eit nytt passord, og sei frå til ein administrator.',
  en: 'Was it not you? Choose a new password at once, and tell an administrator.',
};

export const addressAboutToChange = (to: Recipient): NewMail =>
  mail(
    to,
    {
      nb: 'Noen vil endre e-postadressen din',
      nn: 'Nokon vil endre e-postadressa di',
      en: 'Somebody wants to change your email address',
    },
    {
      nb: 'Noen som er logget inn som deg, vil bruke en annen adresse for kontoen. Den gjelder når den nye er bekreftet.',
      nn: 'Nokon som er logga inn som deg, vil bruke ei anna adresse for kontoen. Ho gjeld når den nye er stadfest.',
      en: 'Somebody signed in as you wants another address for the account. It holds once the new one is confirmed.',
    },
    WARNING,
  );

export const addressChanged = (to: Recipient): NewMail =>
  mail(
    to,
    {
      nb: 'E-postadressen din er endret',
      nn: 'E-postadressa di er endra',
      en: 'Your email address was changed',
    },
    {
      nb: 'Kontoen din har fått en annen adresse. Denne gjelder ikke lenger.',
      nn: 'Kontoen din har fått ei anna adresse. Denne gjeld ikkje lenger.',
      en: 'Your account has another address now. This one holds no longer.',
    },
    {
      nb: 'Var det ikke deg? Si straks fra til en administrator.',
      nn: 'Var det ikkje deg? Sei straks frå til ein administrator.',
      en: 'Was it not you? Tell an administrator at once.',
    },
  );

export const passwordSet = (to: Recipient): NewMail =>
  mail(
    to,
    { nb: 'Passordet ditt er endret', nn: 'Passordet ditt er endra', en: 'Your password was changed' },
    {
      nb: 'Kontoen din har fått et nytt passord, og andre økter er avsluttet.',
      nn: 'Kontoen din har fått eit nytt passord, og andre økter er avslutta.',
      en: 'Your account has a new password, and other sessions were ended.',
    },
    WARNING,
  );

export const passwordLocked = (to: Recipient): NewMail =>
  mail(
    to,
    { nb: 'Passordet ditt er sperret', nn: 'Passordet ditt er sperra', en: 'Your password is locked' },
    {
      nb: 'Noen har skrevet feil passord for kontoen din hundre ganger på rad. Passordet gjelder ikke lenger: velg et nytt med «glemt passord». Passnøkler virker som før.',
      nn: 'Nokon har skrive feil passord for kontoen din hundre gonger på rad. Passordet gjeld ikkje lenger: vel eit nytt med «gløymt passord». Passnøklar verkar som før.',
      en: 'Somebody has mistyped the password of your account a hundred times in a row. It no longer opens it: choose a new one with "forgot password". Passkeys work as before.',
    },
  );
