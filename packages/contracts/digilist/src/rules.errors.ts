import { errorCode } from '@kit/contracts';

export const RULE_VIOLATION = errorCode('RULE_VIOLATION', 'rule', {
  nb: 'Bookingen følger ikke reglene.',
  nn: 'Bookinga følgjer ikkje reglane.',
  en: 'The booking breaks one or more rules.',
});
export const RULES_INVALID = errorCode('RULES_INVALID', 'rule', {
  nb: 'Reglene henger ikke sammen.',
  nn: 'Reglane heng ikkje saman.',
  en: 'The rules contradict themselves.',
});

/** Codes of the entries in `errors[]` of RULE_VIOLATION, and what each says. `{…}` are filled in from the rule. */
export const RULE_VIOLATIONS = {
  OUTSIDE_OPENING_HOURS: {
    nb: 'Det er ikke åpent hele tiden.',
    nn: 'Det er ikkje ope heile tida.',
    en: 'It is not open all of that time.',
  },
  STEP: {
    nb: 'Start og slutt må ligge på hele {stepMinutes} minutter.',
    nn: 'Start og slutt må liggje på heile {stepMinutes} minutt.',
    en: 'Start and end must lie on steps of {stepMinutes} minutes.',
  },
  TOO_SHORT: {
    nb: 'Korteste varighet er {minDurationMinutes} minutter.',
    nn: 'Kortaste lengd er {minDurationMinutes} minutt.',
    en: 'The shortest duration is {minDurationMinutes} minutes.',
  },
  TOO_LONG: {
    nb: 'Lengste varighet er {maxDurationMinutes} minutter.',
    nn: 'Lengste lengd er {maxDurationMinutes} minutt.',
    en: 'The longest duration is {maxDurationMinutes} minutes.',
  },
  TOO_SOON: {
    nb: 'Kan tidligst starte {earliest}.',
    nn: 'Kan tidlegast starte {earliest}.',
    en: 'The earliest start is {earliest}.',
  },
  TOO_FAR: {
    nb: 'Kan senest slutte {latest}.',
    nn: 'Kan seinast slutte {latest}.',
    en: 'The latest end is {latest}.',
  },
} as const;

export type RuleViolationCode = keyof typeof RULE_VIOLATIONS;
