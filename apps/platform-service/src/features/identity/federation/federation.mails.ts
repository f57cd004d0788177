import type { Locale } from '@kit/contracts';

export type LinkNotice = 'linked' | 'unlinked';

interface Parts {
  readonly provider: string;
  readonly link: string;
}

type Text = { readonly subject: string; readonly body: (parts: Parts) => string };

const TEXTS: Record<LinkNotice, Record<Locale, Text>> = {
  linked: {
    nb: {
      subject: 'En ny måte å logge inn på',
      body: ({ provider, link }) =>
        `Du kan nå logge inn med ${provider}.\n\nVar det ikke deg? Logg inn og fjern tilkoblingen med en gang:\n${link}\n`,
    },
    nn: {
      subject: 'Ein ny måte å logge inn på',
      body: ({ provider, link }) =>
        `Du kan no logge inn med ${provider}.\n\nVar det ikkje deg? Logg inn og fjern tilkoplinga med ein gong:\n${link}\n`,
    },
    en: {
      subject: 'A new way to sign in',
      body: ({ provider, link }) =>
        `You can now sign in with ${provider}.\n\nWas it not you? Sign in and remove the link at once:\n${link}\n`,
    },
  },
  unlinked: {
    nb: {
      subject: 'En måte å logge inn på er fjernet',
      body: ({ provider, link }) =>
        `Du kan ikke lenger logge inn med ${provider}.\n\nVar det ikke deg? Logg inn og se over kontoen din:\n${link}\n`,
    },
    nn: {
      subject: 'Ein måte å logge inn på er fjerna',
      body: ({ provider, link }) =>
        `Du kan ikkje lenger logge inn med ${provider}.\n\nVar det ikkje deg? Logg inn og sjå over kontoen din:\n${link}\n`,
    },
    en: {
      subject: 'A way to sign in was removed',
      body: ({ provider, link }) =>
        `You cannot sign in with ${provider} any more.\n\nWas it not you? Sign in and look over your account:\n${link}\n`,
    },
  },
};

export function linkMail(notice: LinkNotice, locale: Locale, parts: Parts): { subject: string; body: string } {
  const { subject, body } = TEXTS[notice][locale];
  return { subject, body: body(parts) };
}
