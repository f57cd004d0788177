import { errorCode } from '@kit/contracts';

export const TEMPLATE_INVALID = errorCode('TEMPLATE_INVALID', 'rule', {
  nb: 'Malen har feil. Rett dem som er nevnt.',
  nn: 'Malen har feil. Rett dei som er nemnde.',
  en: 'The template has mistakes. Correct those that are named; `placeholders` of the template lists what it may name.',
});
export const DELIVERY_NOT_FAILED = errorCode('DELIVERY_NOT_FAILED', 'conflict', {
  nb: 'Bare en utsendelse som er gitt opp, kan prøves på nytt.',
  nn: 'Berre ei utsending som er gitt opp, kan prøvast på nytt.',
  en: 'Only a delivery that failed can be tried again. See GET /notification-deliveries?status=failed.',
});
export const SMS_NOT_CONFIGURED = errorCode('SMS_NOT_CONFIGURED', 'conflict', {
  nb: 'Kommunen sender ikke SMS.',
  nn: 'Kommunen sender ikkje SMS.',
  en: 'The municipality sends no SMS: create an integration of kind digilist.sms and name it in /notification-settings.',
});
export const SMS_UNAVAILABLE = errorCode('SMS_UNAVAILABLE', 'unavailable', {
  nb: 'SMS-en kunne ikke sendes nå. Prøv igjen om litt.',
  nn: 'SMS-en kunne ikkje sendast no. Prøv igjen om litt.',
  en: 'The SMS could not be sent now. Try again in a minute.',
});
export const SMS_INTEGRATION_UNKNOWN = errorCode('SMS_INTEGRATION_UNKNOWN', 'rule', {
  nb: 'Fant ikke integrasjonen, eller den er ikke en aktiv SMS-tjeneste.',
  nn: 'Fann ikkje integrasjonen, eller han er ikkje ei aktiv SMS-teneste.',
  en: 'There is no active integration of kind digilist.sms with this id. See GET /integrations.',
});
export const PHONE_CODE_TOO_SOON = errorCode('PHONE_CODE_TOO_SOON', 'limited', {
  nb: 'En kode er nettopp sendt. Vent litt før du ber om en ny.',
  nn: 'Ein kode er nettopp send. Vent litt før du ber om ein ny.',
  en: 'A code was sent already. Use that one, or wait before asking for another.',
});
export const PHONE_CODE_INVALID = errorCode('PHONE_CODE_INVALID', 'rule', {
  nb: 'Koden er feil eller utløpt.',
  nn: 'Koden er feil eller utgått.',
  en: 'The code is wrong, used up or has expired. Ask for a new one with POST /notification-preferences/phone.',
});
export const PHONE_NOT_VERIFIED = errorCode('PHONE_NOT_VERIFIED', 'rule', {
  nb: 'Du har ikke bekreftet noe telefonnummer.',
  nn: 'Du har ikkje stadfesta noko telefonnummer.',
  en: 'You have no verified phone number. Verify one with POST /notification-preferences/phone first.',
});
