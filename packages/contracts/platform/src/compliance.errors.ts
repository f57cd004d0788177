import { errorCode } from '@kit/contracts';

export const AUDIT_HOLD_RELEASED = errorCode('AUDIT_HOLD_RELEASED', 'conflict', {
  nb: 'Oppbevaringen er allerede opphevet.',
  nn: 'Oppbevaringa er alt oppheva.',
  en: 'The hold has been released already.',
});
