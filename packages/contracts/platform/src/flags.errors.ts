import { errorCode } from '@kit/contracts';

export const FLAG_NOT_FOUND = errorCode('FLAG_NOT_FOUND', 'not_found', {
  nb: 'Fant ikke funksjonsbryteren.',
  nn: 'Fann ikkje funksjonsbrytaren.',
  en: 'There is no flag by that key.',
});
export const FLAG_KEY_TAKEN = errorCode('FLAG_KEY_TAKEN', 'conflict', {
  nb: 'Det finnes allerede en funksjonsbryter med denne nøkkelen.',
  nn: 'Det finst alt ein funksjonsbrytar med denne nøkkelen.',
  en: 'There is a flag by that key already.',
});
export const FLAG_INVALID = errorCode('FLAG_INVALID', 'rule', {
  nb: 'Funksjonsbryteren kan ikke lagres slik. Se feltene.',
  nn: 'Funksjonsbrytaren kan ikkje lagrast slik. Sjå felta.',
  en: 'The flag cannot be saved like this. See the fields.',
});
export const FLAG_CHANGE_NEEDS_APPROVAL = errorCode('FLAG_CHANGE_NEEDS_APPROVAL', 'rule', {
  nb: 'Endringer må godkjennes av en annen. Foreslå endringen i stedet.',
  nn: 'Endringar må godkjennast av ein annan. Foreslå endringa i staden.',
  en: 'Changes need the approval of somebody else: propose the change instead (POST …/changes).',
});
export const FLAG_CHANGE_CLOSED = errorCode('FLAG_CHANGE_CLOSED', 'conflict', {
  nb: 'Forslaget er allerede avgjort.',
  nn: 'Framlegget er alt avgjort.',
  en: 'The proposed change has been decided already.',
});
export const FLAG_CHANGE_CONFLICT = errorCode('FLAG_CHANGE_CONFLICT', 'conflict', {
  nb: 'Funksjonsbryteren er endret siden forslaget ble laget. Lag et nytt forslag.',
  nn: 'Funksjonsbrytaren er endra sidan framlegget vart laga. Lag eit nytt framlegg.',
  en: 'The flag has changed since this change was proposed. Propose it again.',
});
export const FLAG_CHANGE_OWN = errorCode('FLAG_CHANGE_OWN', 'forbidden', {
  nb: 'Du kan ikke godkjenne ditt eget forslag.',
  nn: 'Du kan ikkje godkjenne ditt eige framlegg.',
  en: 'Nobody approves their own change.',
});
export const TARGETING_KEY_MISSING = errorCode('TARGETING_KEY_MISSING', 'invalid', {
  nb: 'Konteksten mangler targetingKey.',
  nn: 'Konteksten manglar targetingKey.',
  en: 'The context lacks a targetingKey.',
});
export const INVALID_CONTEXT = errorCode('INVALID_CONTEXT', 'invalid', {
  nb: 'Konteksten er ikke gyldig.',
  nn: 'Konteksten er ikkje gyldig.',
  en: 'The context is not valid.',
});
