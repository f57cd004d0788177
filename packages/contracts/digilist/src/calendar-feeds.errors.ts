import { errorCode } from '@kit/contracts';

export const CALENDAR_FEED_TARGET = errorCode('CALENDAR_FEED_TARGET', 'rule', {
  nb: 'En kalender for en organisasjon eller et utleieobjekt må si hvilken; en personlig må ikke.',
  nn: 'Ein kalender for ein organisasjon eller eit utleigeobjekt må seie kva for ein; ein personleg må ikkje.',
  en: 'A calendar of an organization or a listing names it by targetId; a personal one names nothing.',
});
export const CALENDAR_FEED_TOO_MANY = errorCode('CALENDAR_FEED_TOO_MANY', 'rule', {
  nb: 'Du har så mange kalenderlenker som du kan ha. Slett en som ikke er i bruk.',
  nn: 'Du har så mange kalenderlenkjer som du kan ha. Slett ei som ikkje er i bruk.',
  en: 'You have as many calendar links as you can have. Delete one that is not in use.',
});
