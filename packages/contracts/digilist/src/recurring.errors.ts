import { errorCode } from '@kit/contracts';

export const SERIES_CONFLICT = errorCode('SERIES_CONFLICT', 'conflict', {
  nb: 'Ikke alle datoene kan bookes, så ingen er booket.',
  nn: 'Ikkje alle datoane kan bookast, så ingen er booka.',
  en: 'Not every date can be booked, so none is: details.occurrences says why. Leave those dates out, or ask for SKIP_CONFLICTS.',
});
export const RECURRENCE_INVALID = errorCode('RECURRENCE_INVALID', 'rule', {
  nb: 'Gjentakelsen kan ikke leses eller støttes ikke.',
  nn: 'Gjentakinga kan ikkje lesast eller er ikkje støtta.',
  en: 'The recurrence cannot be read or is not supported: errors names each part of the rule and what would do.',
});
export const RECURRENCE_EMPTY = errorCode('RECURRENCE_EMPTY', 'rule', {
  nb: 'Ingen datoer passer til gjentakelsen.',
  nn: 'Ingen datoar passar til gjentakinga.',
  en: 'No date matches the recurrence. Check firstDate against the rule and its end.',
});
export const RECURRENCE_TOO_LONG = errorCode('RECURRENCE_TOO_LONG', 'rule', {
  nb: 'Serien har for mange datoer.',
  nn: 'Serien har for mange datoar.',
  en: 'The series has too many dates: details.limit says how many it may have. End it earlier and continue with another one.',
});
export const OCCURRENCES_OVERLAP = errorCode('OCCURRENCES_OVERLAP', 'rule', {
  nb: 'Datoene i serien står i veien for hverandre.',
  nn: 'Datoane i serien står i vegen for kvarandre.',
  en: 'Dates of the series are in each other’s way, with what is kept free around them. Shorten the time or leave out dates.',
});
export const OCCURRENCE_EXISTS = errorCode('OCCURRENCE_EXISTS', 'conflict', {
  nb: 'Serien har allerede en booking denne datoen.',
  nn: 'Serien har allereie ei booking denne datoen.',
  en: 'The series has a booking on that date already.',
});
export const OCCURRENCE_PASSED = errorCode('OCCURRENCE_PASSED', 'conflict', {
  nb: 'Det er ingen datoer igjen å endre.',
  nn: 'Det er ingen datoar att å endre.',
  en: 'No date is left to change: what has begun stays as it was. Make a new series.',
});
