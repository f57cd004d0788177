import { Instant, LocalDateTime } from '@kit/contracts';

/** From when until when: either as instants, or as the clock of the listing shows it. Exactly one of the two pairs. */
export class TimeWanted {
  @Instant({ optional: true, description: 'Start, included; with endsAt' })
  startsAt?: string;

  @Instant({ optional: true, description: 'End, not included; with startsAt', example: '2026-12-01T20:00:00+01:00' })
  endsAt?: string;

  @LocalDateTime({
    optional: true,
    description: "Instead of startsAt: the start by the listing's own clock; with localEndsAt",
  })
  localStartsAt?: string;

  @LocalDateTime({
    optional: true,
    description: "Instead of endsAt: the end by the listing's own clock; T24:00 ends a day",
    example: '2026-12-01T20:00',
  })
  localEndsAt?: string;
}
