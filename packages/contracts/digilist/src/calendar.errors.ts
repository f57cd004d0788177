import { errorCode } from '@kit/contracts';

export const INVALID_INTERVAL = errorCode('INVALID_INTERVAL', 'invalid', {
  nb: 'Tidsrommet er ikke gyldig.',
  nn: 'Tidsrommet er ikkje gyldig.',
  en: 'The interval is not valid: it must end after it starts, on whole minutes, and not be too long.',
});
export const AMBIGUOUS_LOCAL_TIME = errorCode('AMBIGUOUS_LOCAL_TIME', 'rule', {
  nb: 'Klokkeslettet finnes to ganger denne dagen.',
  nn: 'Klokkeslettet finst to gonger denne dagen.',
  en: 'This local time occurs twice on that day.',
});
export const NONEXISTENT_LOCAL_TIME = errorCode('NONEXISTENT_LOCAL_TIME', 'rule', {
  nb: 'Klokkeslettet finnes ikke denne dagen.',
  nn: 'Klokkeslettet finst ikkje denne dagen.',
  en: 'This local time does not exist on that day.',
});
