import type { NotificationEvent } from '@digilist/contracts';
import { letter, plainLetter, type Texts } from './letter.js';

/** What applicants and those who decide are told about applications. */
export const APPROVAL_TEMPLATES = {
  'approval.requested': {
    nb: {
      subject: 'Ny søknad: {listing}, {day}',
      body: letter('nb', {
        opening: 'En søknad venter på avgjørelse:',
        facts: 'Søker: {applicant}\nFrist: {due}',
        link: 'Se søknaden: {link}',
      }),
    },
    nn: {
      subject: 'Ny søknad: {listing}, {day}',
      body: letter('nn', {
        opening: 'Ein søknad ventar på avgjerd:',
        facts: 'Søkjar: {applicant}\nFrist: {due}',
        link: 'Sjå søknaden: {link}',
      }),
    },
    en: {
      subject: 'New application: {listing}, {day}',
      body: letter('en', {
        opening: 'An application waits for a decision:',
        facts: 'Applicant: {applicant}\nDecide by: {due}',
        link: 'See the application: {link}',
      }),
    },
  },
  'approval.assigned': {
    nb: {
      subject: 'Du har fått en søknad: {listing}, {day}',
      body: letter('nb', {
        opening: 'Denne søknaden er tildelt deg:',
        facts: 'Søker: {applicant}\nFrist: {due}',
        link: 'Se søknaden: {link}',
      }),
    },
    nn: {
      subject: 'Du har fått ein søknad: {listing}, {day}',
      body: letter('nn', {
        opening: 'Denne søknaden er tildelt deg:',
        facts: 'Søkjar: {applicant}\nFrist: {due}',
        link: 'Sjå søknaden: {link}',
      }),
    },
    en: {
      subject: 'An application is yours: {listing}, {day}',
      body: letter('en', {
        opening: 'This application has been assigned to you:',
        facts: 'Applicant: {applicant}\nDecide by: {due}',
        link: 'See the application: {link}',
      }),
    },
  },
  'approval.clarification': {
    nb: {
      subject: 'Vi trenger å vite mer om søknaden: {listing}, {day}',
      body: letter('nb', {
        opening: 'Vi må vite mer før vi kan avgjøre søknaden din:',
        facts: 'Spørsmål: {question}\nSvar innen: {due}',
        ending: 'Tiden er holdt av til deg mens du svarer.',
        link: 'Svar her: {link}',
      }),
    },
    nn: {
      subject: 'Vi treng å vite meir om søknaden: {listing}, {day}',
      body: letter('nn', {
        opening: 'Vi må vite meir før vi kan avgjere søknaden din:',
        facts: 'Spørsmål: {question}\nSvar innan: {due}',
        ending: 'Tida er halden av til deg medan du svarar.',
        link: 'Svar her: {link}',
      }),
    },
    en: {
      subject: 'We need to know more: {listing}, {day}',
      body: letter('en', {
        opening: 'We need to know more before we can decide your application:',
        facts: 'Question: {question}\nAnswer by: {due}',
        ending: 'The time is held for you while you answer.',
        link: 'Answer here: {link}',
      }),
    },
  },
  'approval.clarified': {
    nb: {
      subject: 'Søkeren har svart: {listing}, {day}',
      body: letter('nb', {
        opening: 'Søkeren har svart, og søknaden venter igjen på avgjørelse:',
        facts: 'Søker: {applicant}\nSvar: {answer}\nFrist: {due}',
        link: 'Se søknaden: {link}',
      }),
    },
    nn: {
      subject: 'Søkjaren har svart: {listing}, {day}',
      body: letter('nn', {
        opening: 'Søkjaren har svart, og søknaden ventar igjen på avgjerd:',
        facts: 'Søkjar: {applicant}\nSvar: {answer}\nFrist: {due}',
        link: 'Sjå søknaden: {link}',
      }),
    },
    en: {
      subject: 'The applicant has answered: {listing}, {day}',
      body: letter('en', {
        opening: 'The applicant has answered, and the application waits for a decision again:',
        facts: 'Applicant: {applicant}\nAnswer: {answer}\nDecide by: {due}',
        link: 'See the application: {link}',
      }),
    },
  },
  'approval.escalated': {
    nb: {
      subject: 'Fristen er ute: {listing}, {day}',
      body: letter('nb', {
        opening: 'Denne søknaden er ikke avgjort i tide:',
        facts: 'Søker: {applicant}\nFristen var: {due}',
        ending: 'Avgjør den, eller tildel den til noen som kan.',
        link: 'Se søknaden: {link}',
      }),
    },
    nn: {
      subject: 'Fristen er ute: {listing}, {day}',
      body: letter('nn', {
        opening: 'Denne søknaden er ikkje avgjord i tide:',
        facts: 'Søkjar: {applicant}\nFristen var: {due}',
        ending: 'Avgjer han, eller tildel han til nokon som kan.',
        link: 'Sjå søknaden: {link}',
      }),
    },
    en: {
      subject: 'Past due: {listing}, {day}',
      body: letter('en', {
        opening: 'This application has not been decided in time:',
        facts: 'Applicant: {applicant}\nIt was due: {due}',
        ending: 'Decide it, or assign it to somebody who can.',
        link: 'See the application: {link}',
      }),
    },
  },
  'approval.appealed': {
    nb: {
      subject: 'Klage på avslag: {listing}, {day}',
      body: letter('nb', {
        opening: 'Søkeren har klaget på avslaget, og klagen venter på avgjørelse:',
        facts: 'Søker: {applicant}\nFrist: {due}',
        link: 'Se søknaden: {link}',
      }),
    },
    nn: {
      subject: 'Klage på avslag: {listing}, {day}',
      body: letter('nn', {
        opening: 'Søkjaren har klaga på avslaget, og klaga ventar på avgjerd:',
        facts: 'Søkjar: {applicant}\nFrist: {due}',
        link: 'Sjå søknaden: {link}',
      }),
    },
    en: {
      subject: 'An appeal: {listing}, {day}',
      body: letter('en', {
        opening: 'The applicant has appealed against the rejection, and the appeal waits for a decision:',
        facts: 'Applicant: {applicant}\nDecide by: {due}',
        link: 'See the application: {link}',
      }),
    },
  },
  'verification.decided': {
    nb: {
      subject: 'Verifisering av {organization}',
      body: plainLetter('nb', {
        opening: 'Verifiseringen av {organization} er behandlet: {outcome}.',
        facts: 'Prisgruppe: {group}\nBegrunnelse: {reason}',
        link: 'Se mer: {link}',
      }),
    },
    nn: {
      subject: 'Verifisering av {organization}',
      body: plainLetter('nn', {
        opening: 'Verifiseringa av {organization} er behandla: {outcome}.',
        facts: 'Prisgruppe: {group}\nGrunngjeving: {reason}',
        link: 'Sjå meir: {link}',
      }),
    },
    en: {
      subject: 'Verification of {organization}',
      body: plainLetter('en', {
        opening: 'The verification of {organization} has been decided: {outcome}.',
        facts: 'Pricing group: {group}\nReason: {reason}',
        link: 'See more: {link}',
      }),
    },
  },
} satisfies Partial<Record<NotificationEvent, Texts>>;
