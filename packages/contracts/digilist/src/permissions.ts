import type { LocalText } from '@kit/contracts';

/**
 * Every permission of the product, `digilist.<resource>.<action>`. An operation names one of these; the product manifest
 * carries them to PLATFORM, where roles hold them (or patterns over them).
 */
export const PERMISSIONS = {
  'digilist.listing-type.read': { nb: 'Se typer', nn: 'Sjå typar', en: 'Read listing types' },
  'digilist.listing.read': {
    nb: 'Se utleieobjekter som ikke er publisert',
    nn: 'Sjå utleigeobjekt som ikkje er publiserte',
    en: 'Read listings that are not published',
  },
  'digilist.listing.create': { nb: 'Opprette utleieobjekt', nn: 'Opprette utleigeobjekt', en: 'Create a listing' },
  'digilist.listing.update': { nb: 'Endre utleieobjekt', nn: 'Endre utleigeobjekt', en: 'Change a listing' },
  'digilist.listing.publish': { nb: 'Publisere utleieobjekt', nn: 'Publisere utleigeobjekt', en: 'Publish a listing' },
  'digilist.listing.archive': { nb: 'Arkivere utleieobjekt', nn: 'Arkivere utleigeobjekt', en: 'Archive a listing' },
  'digilist.zone.read': { nb: 'Se soner', nn: 'Sjå soner', en: 'Read zones' },
  'digilist.zone.create': { nb: 'Opprette sone', nn: 'Opprette sone', en: 'Create a zone' },
  'digilist.zone.update': { nb: 'Endre sone', nn: 'Endre sone', en: 'Change a zone' },
  'digilist.zone.delete': { nb: 'Slette sone', nn: 'Slette sone', en: 'Delete a zone' },
  'digilist.availability-rule.read': { nb: 'Se åpningstider', nn: 'Sjå opningstider', en: 'Read availability rules' },
  'digilist.availability-rule.create': {
    nb: 'Legge til åpningstid',
    nn: 'Leggje til opningstid',
    en: 'Add an availability rule',
  },
  'digilist.availability-rule.update': {
    nb: 'Endre åpningstid',
    nn: 'Endre opningstid',
    en: 'Change an availability rule',
  },
  'digilist.availability-rule.delete': {
    nb: 'Slette åpningstid',
    nn: 'Slette opningstid',
    en: 'Delete an availability rule',
  },
  'digilist.booking-rule.read': { nb: 'Se bookingregler', nn: 'Sjå bookingreglar', en: 'Read booking rules' },
  'digilist.booking-rule.create': {
    nb: 'Legge til bookingregel',
    nn: 'Leggje til bookingregel',
    en: 'Add a booking rule',
  },
  'digilist.booking-rule.update': { nb: 'Endre bookingregel', nn: 'Endre bookingregel', en: 'Change a booking rule' },
  'digilist.booking-rule.delete': { nb: 'Slette bookingregel', nn: 'Slette bookingregel', en: 'Delete a booking rule' },
  'digilist.pricing-rule.read': { nb: 'Se prisregler', nn: 'Sjå prisreglar', en: 'Read pricing rules' },
  'digilist.pricing-rule.create': { nb: 'Legge til prisregel', nn: 'Leggje til prisregel', en: 'Add a pricing rule' },
  'digilist.pricing-rule.update': { nb: 'Endre prisregel', nn: 'Endre prisregel', en: 'Change a pricing rule' },
  'digilist.pricing-rule.delete': { nb: 'Slette prisregel', nn: 'Slette prisregel', en: 'Delete a pricing rule' },
  'digilist.pricing-group.read': { nb: 'Se prisgrupper', nn: 'Sjå prisgrupper', en: 'Read pricing groups' },
  'digilist.pricing-group.create': {
    nb: 'Opprette prisgruppe',
    nn: 'Opprette prisgruppe',
    en: 'Create a pricing group',
  },
  'digilist.pricing-group.update': { nb: 'Endre prisgruppe', nn: 'Endre prisgruppe', en: 'Change a pricing group' },
  'digilist.actor-pricing.read': { nb: 'Se prisavtaler', nn: 'Sjå prisavtalar', en: 'Read actor pricing' },
  'digilist.actor-pricing.create': { nb: 'Opprette prisavtale', nn: 'Opprette prisavtale', en: 'Create actor pricing' },
  'digilist.actor-pricing.update': { nb: 'Endre prisavtale', nn: 'Endre prisavtale', en: 'Change actor pricing' },
  'digilist.calendar.read': {
    nb: 'Se hvem som bruker kalenderen',
    nn: 'Sjå kven som bruker kalenderen',
    en: 'Read who occupies the calendar',
  },
  'digilist.block.read': { nb: 'Se sperringer', nn: 'Sjå sperringar', en: 'Read blocks' },
  'digilist.block.create': { nb: 'Sperre tid', nn: 'Sperre tid', en: 'Block time' },
  'digilist.block.delete': { nb: 'Fjerne sperring', nn: 'Fjerne sperring', en: 'Remove a block' },
  'digilist.quote.create': { nb: 'Beregne pris', nn: 'Rekne ut pris', en: 'Ask for a quote' },
  'digilist.booking.create': { nb: 'Booke', nn: 'Booke', en: 'Create a booking' },
  'digilist.booking.read': { nb: 'Se bookinger', nn: 'Sjå bookingar', en: 'Read bookings' },
  'digilist.booking.update': { nb: 'Endre bookinger', nn: 'Endre bookingar', en: 'Change bookings' },
  'digilist.booking.submit': { nb: 'Sende inn søknad', nn: 'Sende inn søknad', en: 'Submit a booking' },
  'digilist.booking.cancel': { nb: 'Avbestille', nn: 'Avbestille', en: 'Cancel bookings' },
  'digilist.booking.reschedule': { nb: 'Flytte bookinger', nn: 'Flytte bookingar', en: 'Move bookings' },
  'digilist.booking.complete': {
    nb: 'Markere som gjennomført',
    nn: 'Merkje som gjennomført',
    en: 'Mark bookings as completed',
  },
  'digilist.booking.no-show': {
    nb: 'Markere som ikke møtt',
    nn: 'Merkje som ikkje møtt',
    en: 'Mark bookings as no-show',
  },
  'digilist.approval.read': {
    nb: 'Se køen med søknader',
    nn: 'Sjå køen med søknader',
    en: 'Read the queue of approvals',
  },
  'digilist.approval.assign': { nb: 'Fordele søknader', nn: 'Fordele søknader', en: 'Assign approvals' },
  'digilist.approval.decide': { nb: 'Avgjøre søknader', nn: 'Avgjere søknader', en: 'Decide approvals' },
  'digilist.approval-workflow.read': { nb: 'Se saksgang', nn: 'Sjå saksgang', en: 'Read approval workflows' },
  'digilist.approval-workflow.create': {
    nb: 'Opprette saksgang',
    nn: 'Opprette saksgang',
    en: 'Create an approval workflow',
  },
  'digilist.approval-workflow.update': {
    nb: 'Endre saksgang',
    nn: 'Endre saksgang',
    en: 'Change an approval workflow',
  },
  'digilist.notification.read': { nb: 'Se egne varsler', nn: 'Sjå eigne varsel', en: 'Read own notifications' },
  'digilist.notification-template.read': {
    nb: 'Se varselmaler',
    nn: 'Sjå varselmalar',
    en: 'Read notification templates',
  },
  'digilist.notification-template.update': {
    nb: 'Endre varselmaler',
    nn: 'Endre varselmalar',
    en: 'Change notification templates',
  },
} as const satisfies Record<string, LocalText>;

export type PermissionKey = keyof typeof PERMISSIONS;
