import type { ActRow, PurposeRow } from './consent.js';

const EVENT_STATES = {
  given: 'consent given',
  refused: 'consent refused',
  withdrawn: 'consent withdrawn',
  expired: 'consent expired',
} as const;

/**
 * A consent record in the sections of ISO/IEC TS 27560:2023. The person stands in it as their id: whoever presents it
 * proves by other means that the id is theirs.
 */
export function receiptOf(
  act: ActRow,
  purpose: Pick<PurposeRow, 'key' | 'product' | 'title'>,
  controller: { tenantId: string; name: string; apiUrl: string },
): object {
  const language = act.language ?? 'en';
  return {
    schema_version: 'ISO/IEC TS 27560:2023',
    record_id: act.id,
    pii_principal_id: act.user_id,
    pii_processing: {
      privacy_notice: act.notice_hash === null ? null : `sha-256:${act.notice_hash}`,
      language,
      purposes: [
        {
          purpose: purpose.key,
          purpose_version: act.purpose_version,
          purpose_description: purpose.title[language],
          lawful_basis: 'consent',
          withdrawal_method: `PUT ${controller.apiUrl}/api/v1/consents/${purpose.key} {"state":"withdrawn"}`,
          pii_controllers: [controller.tenantId],
          recipient: purpose.product,
        },
      ],
    },
    party_identification: [
      { party_id: controller.tenantId, party_name: controller.name, party_role: 'pii_controller' },
    ],
    event: {
      event_time: act.occurred_at.toISOString(),
      event_type: 'explicit',
      event_state: EVENT_STATES[act.status],
      entity_id: act.user_id,
      method: act.channel,
      sequence: act.act,
    },
  };
}
