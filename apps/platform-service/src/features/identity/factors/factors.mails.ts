import type { Locale, LocalText } from '@kit/contracts';

export type Notice =
  | { readonly kind: 'totp_added' | 'totp_removed' | 'recovery_codes_renewed' | 'factors_reset' }
  | { readonly kind: 'recovery_code_used'; readonly left: number }
  | { readonly kind: 'passkey_added' | 'passkey_removed' | 'passkey_suspect'; readonly name: string };

const SUBJECTS: Record<Notice['kind'], LocalText> = {
  totp_added: {
    nb: 'Autentiseringsapp er satt opp',
    nn: 'Autentiseringsapp er sett opp',
    en: 'An authenticator app was set up',
  },
  totp_removed: {
    nb: 'Autentiseringsappen er fjernet',
    nn: 'Autentiseringsappen er fjerna',
    en: 'The authenticator app was removed',
  },
  recovery_codes_renewed: {
    nb: 'Nye gjenopprettingskoder',
    nn: 'Nye gjenopprettingskodar',
    en: 'New recovery codes',
  },
  recovery_code_used: {
    nb: 'En gjenopprettingskode er brukt',
    nn: 'Ein gjenopprettingskode er brukt',
    en: 'A recovery code was used',
  },
  passkey_added: { nb: 'En passnøkkel er lagt til', nn: 'Ein passnøkkel er lagd til', en: 'A passkey was added' },
  passkey_removed: { nb: 'En passnøkkel er fjernet', nn: 'Ein passnøkkel er fjerna', en: 'A passkey was removed' },
  passkey_suspect: {
    nb: 'En passnøkkel kan være kopiert',
    nn: 'Ein passnøkkel kan vere kopiert',
    en: 'A passkey may have been copied',
  },
  factors_reset: {
    nb: 'Innloggingsfaktorene dine er nullstilt',
    nn: 'Innloggingsfaktorane dine er nullstilte',
    en: 'Your sign-in factors were reset',
  },
};

const WARNING: LocalText = {
  nb: 'Var det ikke deg? Logg inn, avslutt de andre øktene dine, bytt passord og si fra til en administrator.',
  nn: 'Var det ikkje deg? Logg inn, avslutt dei andre øktene dine, byt passord og sei frå til ein administrator.',
  en: 'Was it not you? Sign in, end your other sessions, change your password and tell an administrator.',
};

function fact(notice: Notice): LocalText {
  switch (notice.kind) {
    case 'totp_added':
      return {
        nb: 'En autentiseringsapp ble satt opp for kontoen din. Fra nå av trengs en kode fra den når du logger inn med passord.',
        nn: 'Ein autentiseringsapp vart sett opp for kontoen din. Frå no av trengst ein kode frå han når du loggar inn med passord.',
        en: 'An authenticator app was set up for your account. From now on signing in with your password asks for a code of it.',
      };
    case 'totp_removed':
      return {
        nb: 'Autentiseringsappen og gjenopprettingskodene ble fjernet fra kontoen din. De andre øktene dine ble avsluttet.',
        nn: 'Autentiseringsappen og gjenopprettingskodane vart fjerna frå kontoen din. Dei andre øktene dine vart avslutta.',
        en: 'The authenticator app and the recovery codes were removed from your account. Your other sessions were ended.',
      };
    case 'recovery_codes_renewed':
      return {
        nb: 'Det ble laget nye gjenopprettingskoder for kontoen din. De gamle virker ikke lenger.',
        nn: 'Det vart laga nye gjenopprettingskodar for kontoen din. Dei gamle verkar ikkje lenger.',
        en: 'New recovery codes were made for your account. The old ones do not work any more.',
      };
    case 'recovery_code_used':
      return {
        nb: `En gjenopprettingskode ble brukt på kontoen din. Du har ${notice.left} igjen.`,
        nn: `Ein gjenopprettingskode vart brukt på kontoen din. Du har ${notice.left} att.`,
        en: `A recovery code was used on your account. You have ${notice.left} left.`,
      };
    case 'passkey_added':
      return {
        nb: `Passnøkkelen «${notice.name}» ble lagt til kontoen din og kan nå logge inn.`,
        nn: `Passnøkkelen «${notice.name}» vart lagd til kontoen din og kan no logge inn.`,
        en: `The passkey "${notice.name}" was added to your account and can sign in now.`,
      };
    case 'passkey_removed':
      return {
        nb: `Passnøkkelen «${notice.name}» ble fjernet fra kontoen din. De andre øktene dine ble avsluttet.`,
        nn: `Passnøkkelen «${notice.name}» vart fjerna frå kontoen din. Dei andre øktene dine vart avslutta.`,
        en: `The passkey "${notice.name}" was removed from your account. Your other sessions were ended.`,
      };
    case 'passkey_suspect':
      return {
        nb: `En innlogging med passnøkkelen «${notice.name}» ble avvist: telleren dens gikk bakover, så det kan finnes en kopi av den. Fjern den om du ikke kan forklare det.`,
        nn: `Ei innlogging med passnøkkelen «${notice.name}» vart avvist: teljaren gjekk bakover, så det kan finnast ein kopi. Fjern han om du ikkje kan forklare det.`,
        en: `A sign-in with the passkey "${notice.name}" was refused: its counter went back, so there may be a copy of it. Remove it unless you can explain that.`,
      };
    case 'factors_reset':
      return {
        nb: 'En administrator fjernet autentiseringsappen, gjenopprettingskodene og passnøklene dine. Alle øktene dine ble avsluttet.',
        nn: 'Ein administrator fjerna autentiseringsappen, gjenopprettingskodane og passnøklane dine. Alle øktene dine vart avslutta.',
        en: 'An administrator removed your authenticator app, recovery codes and passkeys. All your sessions were ended.',
      };
  }
}

export function noticeMail(notice: Notice, locale: Locale, link: string): { subject: string; body: string } {
  return {
    subject: SUBJECTS[notice.kind][locale],
    body: `${fact(notice)[locale]}\n\n${WARNING[locale]}\n${link}\n`,
  };
}
