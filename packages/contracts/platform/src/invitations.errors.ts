import { errorCode } from '@kit/contracts';

export const INVITATION_EXISTS = errorCode('INVITATION_EXISTS', 'conflict', {
  nb: 'Adressen er allerede invitert hit. Send invitasjonen på nytt i stedet.',
  nn: 'Adressa er alt invitert hit. Send invitasjonen på nytt i staden.',
  en: 'The address is invited here already. Send that invitation again instead.',
});
export const INVITATION_CLOSED = errorCode('INVITATION_CLOSED', 'conflict', {
  nb: 'Invitasjonen er allerede brukt eller trukket tilbake.',
  nn: 'Invitasjonen er alt brukt eller trekt tilbake.',
  en: 'The invitation has been used or revoked already.',
});
export const INVITATION_INVALID = errorCode('INVITATION_INVALID', 'rule', {
  nb: 'Invitasjonen finnes ikke, er brukt eller er erstattet av en nyere.',
  nn: 'Invitasjonen finst ikkje, er brukt eller er erstatta av ein nyare.',
  en: 'The invitation does not exist, has been used, or was replaced by a newer one.',
});
export const INVITATION_EXPIRED = errorCode('INVITATION_EXPIRED', 'rule', {
  nb: 'Invitasjonen er utløpt. Be om en ny.',
  nn: 'Invitasjonen er utgått. Be om ein ny.',
  en: 'The invitation has expired. Ask for a new one.',
});
export const INVITATION_OUTDATED = errorCode('INVITATION_OUTDATED', 'rule', {
  nb: 'Den som inviterte, kan ikke lenger gi dette. Be om en ny invitasjon.',
  nn: 'Den som inviterte, kan ikkje lenger gje dette. Be om ein ny invitasjon.',
  en: 'Whoever invited may no longer give this. Ask for a new invitation.',
});
export const INVITATION_ADDRESS_UNVERIFIED = errorCode('INVITATION_ADDRESS_UNVERIFIED', 'forbidden', {
  nb: 'Invitasjonen gjelder en annen e-postadresse enn den du er logget inn med. Bekreft adressen eller logg ut først.',
  nn: 'Invitasjonen gjeld ei anna e-postadresse enn den du er logga inn med. Stadfest adressa eller logg ut først.',
  en: 'The invitation is for another address than the one you are signed in with. Verify that address, or sign out first.',
});
