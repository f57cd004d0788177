import { errorCode } from '@kit/contracts';

export const PAYMENT_PROVIDER_MISSING = errorCode('PAYMENT_PROVIDER_MISSING', 'rule', {
  nb: 'Kommunen har ingen betalingsløsning som kan brukes til dette. Be kommunen koble til en.',
  nn: 'Kommunen har inga betalingsløysing som kan brukast til dette. Be kommunen kople til ei.',
  en: 'The tenant has no active payment provider for this. Connect one with POST /payment-providers, or name another.',
});
export const PAYMENT_PROVIDER_UNAVAILABLE = errorCode('PAYMENT_PROVIDER_UNAVAILABLE', 'unavailable', {
  nb: 'Innstillingene til betalingsløsningen kan ikke leses. Sjekk integrasjonen.',
  nn: 'Innstillingane til betalingsløysinga kan ikkje lesast. Sjekk integrasjonen.',
  en: 'The settings of the payment provider cannot be read. Check that its integration is there and complete.',
});
export const PAYMENT_PROVIDER_EXISTS = errorCode('PAYMENT_PROVIDER_EXISTS', 'conflict', {
  nb: 'Denne integrasjonen er allerede koblet til som betalingsløsning.',
  nn: 'Denne integrasjonen er alt kopla til som betalingsløysing.',
  en: 'This integration is a payment provider already. Change that one with PATCH /payment-providers/{id}.',
});
export const PAYMENT_INTEGRATION_UNKNOWN = errorCode('PAYMENT_INTEGRATION_UNKNOWN', 'rule', {
  nb: 'Fant ingen aktiv integrasjon for betaling med denne id-en.',
  nn: 'Fann ingen aktiv integrasjon for betaling med denne id-en.',
  en: 'There is no active integration of a payment kind with this id. Make one with POST /integrations.',
});
export const PAYMENT_WEBHOOK_REFUSED = errorCode('PAYMENT_WEBHOOK_REFUSED', 'unauthenticated', {
  nb: 'Meldingen er ikke signert av betalingsløsningen.',
  nn: 'Meldinga er ikkje signert av betalingsløysinga.',
  en: 'The delivery is not signed by the payment provider of this address, or was signed too long ago. Sign and send it anew.',
});
