import type { DataSubjectRequestKind, LocaleCode } from '@platform/contracts';

interface Text {
  subject: string;
  body: string;
}
type Texts = Record<LocaleCode, Text>;

const KINDS: Record<DataSubjectRequestKind, Record<LocaleCode, string>> = {
  access: { nb: 'innsyn', nn: 'innsyn', en: 'access' },
  portability: { nb: 'dataportabilitet', nn: 'dataportabilitet', en: 'portability' },
  rectification: { nb: 'retting', nn: 'retting', en: 'rectification' },
  erasure: { nb: 'sletting', nn: 'sletting', en: 'erasure' },
  restriction: { nb: 'begrensning', nn: 'avgrensing', en: 'restriction' },
  objection: { nb: 'protest mot behandling', nn: 'protest mot handsaming', en: 'objection' },
};

const dayOf = (instant: Date, locale: LocaleCode, timezone: string): string =>
  new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'nb-NO', { dateStyle: 'long', timeZone: timezone }).format(
    // A time limit ends with the day before the instant it ends at.
    new Date(instant.getTime() - 1),
  );

export interface RequestMail {
  kind: DataSubjectRequestKind;
  dueAt: Date;
  timezone: string;
  /** Of what somebody wrote to the person. */
  text?: string;
  link?: string;
}

const choose = (locale: LocaleCode, texts: Texts): Text => texts[locale];

export function receivedMail(locale: LocaleCode, { kind, dueAt, timezone }: RequestMail): Text {
  const what = KINDS[kind][locale];
  const due = dayOf(dueAt, locale, timezone);
  return choose(locale, {
    nb: {
      subject: 'Vi har mottatt kravet ditt',
      body: `Vi har mottatt kravet ditt om ${what}. Du får svar senest ${due}.\n\nVar det ikke du som ba om dette, si fra til oss med en gang.`,
    },
    nn: {
      subject: 'Vi har fått kravet ditt',
      body: `Vi har fått kravet ditt om ${what}. Du får svar seinast ${due}.\n\nVar det ikkje du som bad om dette, sei frå til oss med ein gong.`,
    },
    en: {
      subject: 'We have received your request',
      body: `We have received your request for ${what}. You will have an answer by ${due}.\n\nIf it was not you who asked, tell us at once.`,
    },
  });
}

export function extendedMail(locale: LocaleCode, { kind, dueAt, timezone, text = '' }: RequestMail): Text {
  const what = KINDS[kind][locale];
  const due = dayOf(dueAt, locale, timezone);
  return choose(locale, {
    nb: {
      subject: 'Svaret tar lengre tid',
      body: `Kravet ditt om ${what} tar lengre tid. Ny frist er ${due}.\n\nGrunnen er: ${text}`,
    },
    nn: {
      subject: 'Svaret tek lengre tid',
      body: `Kravet ditt om ${what} tek lengre tid. Ny frist er ${due}.\n\nGrunnen er: ${text}`,
    },
    en: {
      subject: 'The answer takes longer',
      body: `Your request for ${what} takes longer. The new time limit is ${due}.\n\nThe reason: ${text}`,
    },
  });
}

export function overdueMail(locale: LocaleCode, { kind, dueAt, timezone }: RequestMail): Text {
  const what = KINDS[kind][locale];
  const due = dayOf(dueAt, locale, timezone);
  return choose(locale, {
    nb: {
      subject: 'Et krav om personvern er over fristen',
      body: `Et krav om ${what} skulle vært besvart innen ${due}. Se køen over krav.`,
    },
    nn: {
      subject: 'Eit krav om personvern er over fristen',
      body: `Eit krav om ${what} skulle vore svart på innan ${due}. Sjå køa over krav.`,
    },
    en: {
      subject: 'A request about personal data is overdue',
      body: `A request for ${what} should have been answered by ${due}. See the queue of requests.`,
    },
  });
}

export function exportReadyMail(locale: LocaleCode, { dueAt, timezone, link = '' }: RequestMail): Text {
  const until = dayOf(dueAt, locale, timezone);
  return choose(locale, {
    nb: {
      subject: 'Uttrekket ditt er klart',
      body: `Uttrekket av dataene dine er klart. Du kan laste det ned én gang, senest ${until}:\n\n${link}`,
    },
    nn: {
      subject: 'Uttrekket ditt er klart',
      body: `Uttrekket av dataa dine er klart. Du kan laste det ned éin gong, seinast ${until}:\n\n${link}`,
    },
    en: {
      subject: 'Your export is ready',
      body: `The export of your data is ready. You can download it once, until ${until}:\n\n${link}`,
    },
  });
}

export function answeredMail(locale: LocaleCode, { kind, text = '' }: RequestMail, met: boolean): Text {
  const what = KINDS[kind][locale];
  const rights = {
    nb: 'Er du uenig, kan du klage til Datatilsynet.',
    nn: 'Er du usamd, kan du klage til Datatilsynet.',
    en: 'If you disagree, you may complain to the Norwegian Data Protection Authority (Datatilsynet).',
  }[locale];
  const said = text === '' ? '' : `\n\n${text}`;
  return choose(locale, {
    nb: {
      subject: 'Svar på kravet ditt',
      body: `Kravet ditt om ${what} er ${met ? 'gjennomført' : 'avslått'}.${said}\n\n${rights}`,
    },
    nn: {
      subject: 'Svar på kravet ditt',
      body: `Kravet ditt om ${what} er ${met ? 'gjennomført' : 'avslege'}.${said}\n\n${rights}`,
    },
    en: {
      subject: 'Answer to your request',
      body: `Your request for ${what} was ${met ? 'met' : 'refused'}.${said}\n\n${rights}`,
    },
  });
}
