import { errorCode } from '@kit/contracts';

export const WEBHOOK_URL_REFUSED = errorCode('WEBHOOK_URL_REFUSED', 'rule', {
  nb: 'Adressen kan ikke motta webhooks. Bruk en offentlig https-adresse.',
  nn: 'Adressa kan ikkje ta imot webhooks. Bruk ei offentleg https-adresse.',
  en: 'The URL cannot receive webhooks. Use a public https URL.',
});
export const WEBHOOK_EVENT_UNKNOWN = errorCode('WEBHOOK_EVENT_UNKNOWN', 'rule', {
  nb: 'Hendelsestypen finnes ikke i katalogen.',
  nn: 'Hendingstypen finst ikkje i katalogen.',
  en: 'The catalogue has no such event type.',
});
export const WEBHOOK_EVENT_NOT_ENTITLED = errorCode('WEBHOOK_EVENT_NOT_ENTITLED', 'forbidden', {
  nb: 'Lisensen omfatter ikke modulen som hendelsen hører til.',
  nn: 'Lisensen omfattar ikkje modulen som hendinga høyrer til.',
  en: 'The licence does not include the module the event belongs to.',
});
export const WEBHOOK_LIMIT_REACHED = errorCode('WEBHOOK_LIMIT_REACHED', 'conflict', {
  nb: 'Det er for mange webhooks. Fjern en først.',
  nn: 'Det er for mange webhooks. Fjern ein først.',
  en: 'There are too many webhooks. Remove one first.',
});
export const WEBHOOK_TOO_MANY_SECRETS = errorCode('WEBHOOK_TOO_MANY_SECRETS', 'conflict', {
  nb: 'For mange hemmeligheter signerer allerede. Vent til den eldste utløper.',
  nn: 'For mange løyndomar signerer alt. Vent til den eldste går ut.',
  en: 'Too many secrets sign already. Wait until the oldest ends.',
});
export const WEBHOOK_DISABLED = errorCode('WEBHOOK_DISABLED', 'conflict', {
  nb: 'Webhooken er slått av. Slå den på først.',
  nn: 'Webhooken er slått av. Slå han på først.',
  en: 'The webhook is disabled. Enable it first.',
});
