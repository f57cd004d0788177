import { errorCode } from '@kit/contracts';

export const RULE_VIOLATION = errorCode('RULE_VIOLATION', 'rule', {
  nb: 'Bookingen følger ikke reglene.',
  nn: 'Bookinga følgjer ikkje reglane.',
  en: 'The booking breaks one or more rules: errors says which, and what would do.',
});
export const RULES_INVALID = errorCode('RULES_INVALID', 'rule', {
  nb: 'Reglene henger ikke sammen.',
  nn: 'Reglane heng ikkje saman.',
  en: 'The rules contradict themselves.',
});
export const RULE_TEMPLATE_UNKNOWN = errorCode('RULE_TEMPLATE_UNKNOWN', 'rule', {
  nb: 'Regelmalen finnes ikke her. Velg en som er i bruk i kommunen eller organisasjonen.',
  nn: 'Regelmalen finst ikkje her. Vel ein som er i bruk i kommunen eller organisasjonen.',
  en: 'No such rule template can be used here. Choose an active one of the tenant or of the organization or one above it.',
});
export const RULE_RETIRED = errorCode('RULE_RETIRED', 'conflict', {
  nb: 'Den er tatt ut av bruk og kan ikke endres. Lag en ny.',
  nn: 'Den er teken ut av bruk og kan ikkje endrast. Lag ein ny.',
  en: 'It has been retired and cannot be changed. Make a new one.',
});

/**
 * Codes of the entries in `errors[]` of RULE_VIOLATION, and what each says. `{…}` is filled in from the rule; what stands
 * after the colon says how: `time` and `date` on the listing's own clock, `minutes` as hours and minutes.
 */
export const RULE_VIOLATIONS = {
  OUTSIDE_OPENING_HOURS: {
    nb: 'Det er ikke åpent hele tiden. {hours}.',
    nn: 'Det er ikkje ope heile tida. {hours}.',
    en: 'It is not open all of that time. {hours}.',
  },
  STEP: {
    nb: 'Start og slutt må ligge på hele {stepMinutes} minutter.',
    nn: 'Start og slutt må liggje på heile {stepMinutes} minutt.',
    en: 'Start and end must lie on steps of {stepMinutes} minutes.',
  },
  NOT_WHOLE_SLOTS: {
    nb: 'Velg én eller flere hele økter på {slotMinutes:minutes} etter hverandre.',
    nn: 'Vel éi eller fleire heile økter på {slotMinutes:minutes} etter kvarandre.',
    en: 'Choose one or more whole slots of {slotMinutes:minutes} in a row; nearest names some.',
  },
  NOT_WHOLE_DAYS: {
    nb: 'Velg hele dager, fra innsjekk til utsjekk.',
    nn: 'Vel heile dagar, frå innsjekk til utsjekk.',
    en: 'Choose whole days, from check-in to check-out; nearest names some.',
  },
  TOO_SHORT: {
    nb: 'Korteste varighet er {minDurationMinutes:minutes}.',
    nn: 'Kortaste lengd er {minDurationMinutes:minutes}.',
    en: 'The shortest duration is {minDurationMinutes:minutes}.',
  },
  TOO_LONG: {
    nb: 'Lengste varighet er {maxDurationMinutes:minutes}.',
    nn: 'Lengste lengd er {maxDurationMinutes:minutes}.',
    en: 'The longest duration is {maxDurationMinutes:minutes}.',
  },
  TOO_SOON: {
    nb: 'Kan tidligst starte {earliest:time}.',
    nn: 'Kan tidlegast starte {earliest:time}.',
    en: 'The earliest start is {earliest:time}.',
  },
  TOO_FAR: {
    nb: 'Kan senest slutte {latest:time}. Prøv igjen nærmere.',
    nn: 'Kan seinast slutte {latest:time}. Prøv igjen nærare.',
    en: 'The latest end is {latest:time}. Try again closer to the time.',
  },
  TOO_YOUNG: {
    nb: 'Den som booker må være fylt {minAge} år. Be en voksen om å booke.',
    nn: 'Den som bookar må vere fylt {minAge} år. Be ein vaksen om å booke.',
    en: 'Whoever books must be {minAge} years old by then. Ask somebody who is to book.',
  },
  TOO_OLD: {
    nb: 'Dette er for dem som ikke er over {maxAge} år. Velg noe annet.',
    nn: 'Dette er for dei som ikkje er over {maxAge} år. Vel noko anna.',
    en: 'This is for those who are not above {maxAge} years. Choose something else.',
  },
  AGE_UNKNOWN: {
    nb: 'Her gjelder aldersgrense, og vi kjenner ikke fødselsdatoen din. Logg inn med ID-porten, eller be kommunen registrere den.',
    nn: 'Her gjeld aldersgrense, og vi kjenner ikkje fødselsdatoen din. Logg inn med ID-porten, eller be kommunen registrere han.',
    en: 'There is an age limit and your date of birth is not known. Sign in with ID-porten, or ask the municipality to register it.',
  },
  ROLE_NOT_ALLOWED: {
    nb: 'Bare noen roller kan booke dette ({roleKeys}). Be kommunen om tilgang.',
    nn: 'Berre nokre roller kan booke dette ({roleKeys}). Be kommunen om tilgang.',
    en: 'Only some roles may book this ({roleKeys}). Ask the municipality for access.',
  },
  ONLY_FOR_ORGANIZATIONS: {
    nb: 'Kan bare bookes på vegne av en organisasjon. Velg organisasjonen du booker for.',
    nn: 'Kan berre bookast på vegner av ein organisasjon. Vel organisasjonen du bookar for.',
    en: 'It can be booked on behalf of an organization only. Choose the one you book for.',
  },
  ONLY_FOR_PERSONS: {
    nb: 'Kan ikke bookes på vegne av en organisasjon. Book i eget navn.',
    nn: 'Kan ikkje bookast på vegner av ein organisasjon. Book i eige namn.',
    en: 'It cannot be booked on behalf of an organization. Book it for yourself.',
  },
  ORGANIZATION_KIND_NOT_ALLOWED: {
    nb: 'Kan ikke bookes for denne typen organisasjon. Åpent for: {organizationKinds}.',
    nn: 'Kan ikkje bookast for denne typen organisasjon. Ope for: {organizationKinds}.',
    en: 'It cannot be booked for an organization of this kind. Open to: {organizationKinds}.',
  },
  PRICING_GROUP_NOT_ALLOWED: {
    nb: 'Kan ikke bookes i denne prisgruppen. Velg en av: {pricingGroups}.',
    nn: 'Kan ikkje bookast i denne prisgruppa. Vel ei av: {pricingGroups}.',
    en: 'It cannot be booked in this pricing group. Choose one of: {pricingGroups}.',
  },
  QUOTA_EXCEEDED: {
    nb: '{name}: høyst {most:amount}{period}, og {used:amount} er brukt. Velg en annen tid, eller avbestill noe.',
    nn: '{name}: høgst {most:amount}{period}, og {used:amount} er brukt. Vel ei anna tid, eller avbestill noko.',
    en: '{name}: at most {most:amount}{period}, of which {used:amount} is used. Choose another time, or cancel something.',
  },
  CHANGE_TOO_LATE: {
    nb: 'Fristen for å endre var {until:time}. Ta kontakt med kommunen.',
    nn: 'Fristen for å endre var {until:time}. Ta kontakt med kommunen.',
    en: 'It could be changed until {until:time}. Contact the municipality.',
  },
  CANCEL_TOO_LATE: {
    nb: 'Fristen for å avbestille var {until:time}. Ta kontakt med kommunen.',
    nn: 'Fristen for å avbestille var {until:time}. Ta kontakt med kommunen.',
    en: 'It could be cancelled until {until:time}. Contact the municipality.',
  },
} as const;

export type RuleViolationCode = keyof typeof RULE_VIOLATIONS;
