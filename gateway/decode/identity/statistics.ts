import { reportOf } from '../../../shared/parts/statistics.ts';

export interface ReadingIdentityCounts {
  /** Readings recognised as sent before. */
  resends: number;
  /** Distinct readings that were moved off a shared timestamp. */
  separated: number;
  timesOutOfBounds: number;
}

/** `placement` is the name that `/api/status` gives to the identities of readings. */
export const readingIdentityReport = reportOf<{ placement: ReadingIdentityCounts }>()({
  name: 'Identity of readings',
  statistics: {
    harbinger_resends_total: { type: 'counter', help: 'Readings recognised as sent before' },
    harbinger_timestamps_separated_total: {
      type: 'counter',
      help: 'Distinct readings moved off a shared timestamp',
    },
    harbinger_timestamps_refused_total: { type: 'counter', help: 'Device times out of bounds' },
  },
  status: {},
  samples: ({ placement }) => ({
    harbinger_resends_total: placement.resends,
    harbinger_timestamps_separated_total: placement.separated,
    harbinger_timestamps_refused_total: placement.timesOutOfBounds,
  }),
});
